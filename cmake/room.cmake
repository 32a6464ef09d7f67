# SPDX-License-Identifier: Apache-2.0
# hnv_room(NAME SOURCES ... [ROOMS ...] [LIBRARIES ...])
# A room is one static library hnv_NAME. Rooms are linked publicly, since their headers are used by ours; third-party
# libraries privately, so that a room which needs one says so itself. Headers are included as "room/noun.hpp".
function(hnv_room NAME)
  cmake_parse_arguments(ROOM "" "" "SOURCES;ROOMS;LIBRARIES;PUBLIC_LIBRARIES" ${ARGN})
  add_library(hnv_${NAME} STATIC ${ROOM_SOURCES})
  target_include_directories(hnv_${NAME} PUBLIC $<BUILD_INTERFACE:${PROJECT_SOURCE_DIR}>)
  foreach(room IN LISTS ROOM_ROOMS)
    target_link_libraries(hnv_${NAME} PUBLIC hnv_${room})
  endforeach()
  target_link_libraries(hnv_${NAME} PUBLIC ${ROOM_PUBLIC_LIBRARIES} PRIVATE ${ROOM_LIBRARIES} hnv_compile_options)
endfunction()

# hnv_program(NAME DESTINATION SOURCES ... ROOMS ...): an installed executable, in the package of its name.
function(hnv_program NAME)
  cmake_parse_arguments(PROGRAM "" "DESTINATION" "SOURCES;ROOMS;LIBRARIES" ${ARGN})
  add_executable(${NAME} ${PROGRAM_SOURCES})
  target_link_libraries(${NAME} PRIVATE ${PROGRAM_LIBRARIES} hnv_compile_options)
  foreach(room IN LISTS PROGRAM_ROOMS)
    target_link_libraries(${NAME} PRIVATE hnv_${room})
  endforeach()
  target_link_options(${NAME} PRIVATE -pie)
  install(TARGETS ${NAME} RUNTIME DESTINATION ${PROGRAM_DESTINATION} COMPONENT ${NAME})
endfunction()
