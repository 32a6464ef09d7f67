# SPDX-License-Identifier: Apache-2.0
# Run by CPack between installing into its folders, one a component, and packing them: what distributions want of a package and
# `cmake --install` does not do. The same bytes each time: no names and no times in the compressed files, one time for all.
set(epoch "$ENV{SOURCE_DATE_EPOCH}")
if(epoch STREQUAL "")
  message(FATAL_ERROR "SOURCE_DATE_EPOCH is not set; packages are made by scripts/package, which sets it")
endif()

# run(COMMAND...): it must succeed
function(run)
  execute_process(COMMAND ${ARGN} RESULT_VARIABLE code)
  if(NOT code EQUAL 0)
    message(FATAL_ERROR "failed with ${code}: ${ARGN}")
  endif()
endfunction()

# debian_documents(FOLDER NAME): /usr/share/doc/NAME, which Debian wants of each package
function(debian_documents FOLDER NAME)
  set(doc ${FOLDER}/usr/share/doc/${NAME})
  configure_file(${CPACK_HNV_PACKAGING_DIR}/deb/copyright ${doc}/copyright COPYONLY)
  string(TIMESTAMP date "%a, %d %b %Y %H:%M:%S +0000" UTC)
  file(WRITE ${doc}/changelog.Debian
    "${NAME} (${CPACK_PACKAGE_VERSION}-${CPACK_DEBIAN_PACKAGE_RELEASE}) unstable; urgency=medium\n\n"
    "  * What has changed is in /usr/share/doc/hnv/CHANGELOG.md.\n\n -- ${CPACK_PACKAGE_CONTACT}  ${date}\n")
  run(gzip -9n ${doc}/changelog.Debian)
  # The overrides of all packages are in one file, since their reasons are the same; each gets its own lines.
  file(STRINGS ${CPACK_HNV_PACKAGING_DIR}/deb/lintian-overrides lines)
  list(FILTER lines INCLUDE REGEX "^(#|(.*,)?${NAME}(,.*)?: )")
  list(TRANSFORM lines REPLACE "^[^#][^:]*: " "")
  list(JOIN lines "\n" text)
  file(WRITE ${FOLDER}/usr/share/lintian/overrides/${NAME} "${text}\n")
endfunction()

# third_party_licences(FOLDER): the texts that must go along with what is linked statically
function(third_party_licences FOLDER)
  file(GLOB sources ${CPACK_HNV_BUILD_DIR}/_deps/*-src)
  foreach(source IN LISTS sources)
    string(REGEX REPLACE ".*/(.*)-src$" "\\1" name ${source})
    file(GLOB texts ${source}/LICENSE*)
    file(COPY ${texts} DESTINATION ${FOLDER}/usr/share/licenses/hnv/${name})
  endforeach()
  foreach(package libcli11-dev nlohmann-json3-dev libexpected-dev libcrypt-dev zlib1g-dev)
    configure_file(/usr/share/doc/${package}/copyright ${FOLDER}/usr/share/licenses/hnv/${package}/copyright COPYONLY)
  endforeach()
endfunction()

foreach(component IN LISTS CPACK_COMPONENTS_ALL)
  set(folder ${CPACK_TEMPORARY_INSTALL_DIRECTORY}/${component})
  file(GLOB pages ${folder}/usr/share/man/man*/*.[1-8])
  if(pages)
    run(gzip -9nf ${pages})
  endif()
  if(CPACK_GENERATOR STREQUAL DEB)
    debian_documents(${folder} ${component})
    # One text of the licence is enough, and Debian has it.
    file(REMOVE ${folder}/usr/share/doc/hnv/LICENSE)
  elseif(CPACK_HNV_PORTABLE AND component STREQUAL hnvctl)
    third_party_licences(${folder})
  endif()
  run(chmod -R "u=rwX,go=rX" ${folder})
  run(find ${folder} -exec touch --no-dereference --date=@${epoch} {} +)
endforeach()
