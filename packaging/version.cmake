# SPDX-License-Identifier: Apache-2.0
# Read by CPack before it packs: the version that it was told, where the dependencies of the packages on each other name it.
foreach(component IN LISTS CPACK_COMPONENTS_ALL)
  string(TOUPPER ${component} package)
  foreach(field DEBIAN_${package}_PACKAGE_DEPENDS RPM_${package}_PACKAGE_REQUIRES)
    string(REPLACE HNV_VERSION "${CPACK_PACKAGE_VERSION}" CPACK_${field} "${CPACK_${field}}")
  endforeach()
endforeach()
