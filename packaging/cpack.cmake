# SPDX-License-Identifier: Apache-2.0
# CPack: deb and rpm, one package a component. scripts/package runs it; it also says which build they are made of.
set(CPACK_PACKAGE_VENDOR "hnv")
set(HNV_PACKAGE_CONTACT "The hnv developers <hnv@localhost>" CACHE STRING "Who answers for the packages, as NAME <ADDRESS>")
set(CPACK_PACKAGE_CONTACT "${HNV_PACKAGE_CONTACT}")
# Each package has its own; with one for all, CPack would put it before them.
set(CPACK_PACKAGE_DESCRIPTION_SUMMARY "")
set(CPACK_PACKAGE_VERSION ${PROJECT_VERSION})
set(CPACK_PACKAGING_INSTALL_PREFIX /usr)
set(CPACK_STRIP_FILES ON)
set(CPACK_THREADS 1)
set(CPACK_COMPONENTS_ALL hnvctl hnv-watchdog hnv-prober hnv-exporter hnv-dashboards)
set(CPACK_COMPONENTS_GROUPING IGNORE)
set(CPACK_INSTALL_DEFAULT_DIRECTORY_PERMISSIONS
  OWNER_READ OWNER_WRITE OWNER_EXECUTE GROUP_READ GROUP_EXECUTE WORLD_READ WORLD_EXECUTE)
set(CPACK_PRE_BUILD_SCRIPTS ${CMAKE_CURRENT_SOURCE_DIR}/stage.cmake)
set(CPACK_HNV_PACKAGING_DIR ${CMAKE_CURRENT_SOURCE_DIR})
set(CPACK_HNV_BUILD_DIR ${CMAKE_BINARY_DIR})
set(CPACK_HNV_PORTABLE ${HNV_PORTABLE})

set(CPACK_DEB_COMPONENT_INSTALL ON)
set(CPACK_DEBIAN_FILE_NAME DEB-DEFAULT)
set(CPACK_DEBIAN_PACKAGE_RELEASE 1)
set(CPACK_DEBIAN_PACKAGE_SECTION net)
set(CPACK_DEBIAN_PACKAGE_PRIORITY optional)
set(CPACK_DEBIAN_COMPRESSION_TYPE xz)
set(CPACK_DEBIAN_PACKAGE_CONTROL_STRICT_PERMISSION ON)

set(CPACK_RPM_COMPONENT_INSTALL ON)
set(CPACK_RPM_FILE_NAME RPM-DEFAULT)
set(CPACK_RPM_PACKAGE_RELEASE 1)
set(CPACK_RPM_PACKAGE_LICENSE "Apache-2.0")
set(CPACK_RPM_COMPRESSION_TYPE xz)
# The libraries, and of the C library the versions of its symbols, are read from the programs.
set(CPACK_RPM_PACKAGE_AUTOREQ ON)
# Folders of the system are not ours to own.
set(CPACK_RPM_EXCLUDE_FROM_AUTO_FILELIST_ADDITION
  /etc /usr/lib /usr/lib/systemd /usr/lib/systemd/system /usr/lib/systemd/system-preset
  /usr/lib/sysusers.d /usr/lib/tmpfiles.d /usr/sbin /usr/share/man /usr/share/man/man5 /usr/share/man/man8)
# In an order and with times that do not depend on who builds it and when (SOURCE_DATE_EPOCH, scripts/package).
set(CPACK_RPM_SPEC_MORE_DEFINE "%define _buildhost localhost
%define use_source_date_epoch_as_buildtime 1
%define clamp_mtime_to_source_date_epoch 1
%define _build_id_links none
%define __os_install_post %{nil}")

if(CMAKE_CROSSCOMPILING)
  set(CPACK_RPM_PACKAGE_ARCHITECTURE ${CMAKE_SYSTEM_PROCESSOR})
  if(CMAKE_SYSTEM_PROCESSOR STREQUAL ppc64le)
    set(CPACK_DEBIAN_PACKAGE_ARCHITECTURE ppc64el)
  endif()
endif()

# hnv_package(NAME SUMMARY text DESCRIPTION text [UNITS ...] [RESTARTED ...] [STATE ...] [SET_UP lines] [CONFIG file]
#   [DEB_DEPENDS text] [RPM_REQUIRES text] [ANY_ARCHITECTURE])
# UNITS: what a removal stops. RESTARTED: of these, what an upgrade restarts. STATE: what goes with a purge. SET_UP: what an
# installation does before it looks at units. CONFIG: what is an operator's to change. The text must have no semicolon in it.
macro(hnv_package NAME)
  cmake_parse_arguments(P "ANY_ARCHITECTURE" "SUMMARY;DESCRIPTION;SET_UP;CONFIG;DEB_DEPENDS;RPM_REQUIRES" "UNITS;RESTARTED;STATE" ${ARGN})
  string(TOUPPER ${NAME} P_KEY)
  set(P_SCRIPTS ${CMAKE_CURRENT_BINARY_DIR}/scripts/${NAME})
  set(P_CONTROL "")

  set(CPACK_DEBIAN_${P_KEY}_PACKAGE_NAME ${NAME})
  set(CPACK_DEBIAN_${P_KEY}_DESCRIPTION "${P_SUMMARY}\n${P_DESCRIPTION}")
  set(CPACK_DEBIAN_${P_KEY}_PACKAGE_DEPENDS "${P_DEB_DEPENDS}")
  set(CPACK_RPM_${P_KEY}_PACKAGE_NAME ${NAME})
  set(CPACK_RPM_${P_KEY}_PACKAGE_SUMMARY "${P_SUMMARY}")
  set(CPACK_RPM_${P_KEY}_PACKAGE_DESCRIPTION "${P_DESCRIPTION}")
  set(CPACK_RPM_${P_KEY}_PACKAGE_REQUIRES "${P_RPM_REQUIRES}")
  if(P_ANY_ARCHITECTURE)
    set(CPACK_DEBIAN_${P_KEY}_PACKAGE_ARCHITECTURE all)
    set(CPACK_RPM_${P_KEY}_PACKAGE_ARCHITECTURE noarch)
  elseif(NOT CMAKE_CROSSCOMPILING)
    # It knows the libraries of the building machine only. For another, scripts/package says what they are.
    set(CPACK_DEBIAN_${P_KEY}_PACKAGE_SHLIBDEPS ON)
  endif()

  if(P_UNITS)
    list(JOIN P_UNITS " " HNV_UNITS)
    list(JOIN P_RESTARTED " " HNV_RESTARTED)
    set(HNV_STATE "${P_STATE}")
    set(HNV_SET_UP "${P_SET_UP}")
    foreach(P_NAME postinst prerm postrm)
      configure_file(deb/${P_NAME}.in ${P_SCRIPTS}/${P_NAME} @ONLY FILE_PERMISSIONS
        OWNER_READ OWNER_WRITE OWNER_EXECUTE GROUP_READ GROUP_EXECUTE WORLD_READ WORLD_EXECUTE)
      list(APPEND P_CONTROL ${P_SCRIPTS}/${P_NAME})
    endforeach()
    foreach(P_NAME post preun postun posttrans)
      configure_file(rpm/${P_NAME}.in ${P_SCRIPTS}/${P_NAME} @ONLY)
    endforeach()
    set(CPACK_RPM_${P_KEY}_POST_INSTALL_SCRIPT_FILE ${P_SCRIPTS}/post)
    set(CPACK_RPM_${P_KEY}_PRE_UNINSTALL_SCRIPT_FILE ${P_SCRIPTS}/preun)
    set(CPACK_RPM_${P_KEY}_POST_UNINSTALL_SCRIPT_FILE ${P_SCRIPTS}/postun)
    set(CPACK_RPM_${P_KEY}_POST_TRANS_SCRIPT_FILE ${P_SCRIPTS}/posttrans)
  endif()
  if(P_CONFIG)
    file(WRITE ${P_SCRIPTS}/conffiles "${P_CONFIG}\n")
    list(APPEND P_CONTROL ${P_SCRIPTS}/conffiles)
    set(CPACK_RPM_${P_KEY}_USER_FILELIST "%config(noreplace) ${P_CONFIG}")
  endif()
  set(CPACK_DEBIAN_${P_KEY}_PACKAGE_CONTROL_EXTRA "${P_CONTROL}")
endmacro()

# The programs share files, so that all packages have one version: that which CPack is told (--version of scripts/package).
set(same_version "(= HNV_VERSION-${CPACK_DEBIAN_PACKAGE_RELEASE})")
set(CPACK_PROJECT_CONFIG_FILE ${CMAKE_CURRENT_SOURCE_DIR}/version.cmake)

hnv_package(hnvctl
  SUMMARY "Hybrid Network Virtualization: commands, configuration, doctor"
  DESCRIPTION "HNV gives a Linux partition on IBM Power an active-backup bond of one
fast SR-IOV logical port and one slow virtual device, so that it can be
migrated. hnvctl says who carries the traffic of such a bond, whether it
should, and what is wrong. This package also has the configuration that
hnv-watchdog and hnv-exporter read, and the folder in which they meet."
  DEB_DEPENDS "systemd"
  RPM_REQUIRES "systemd"
  UNITS hnv-doctor.timer hnv-doctor.service
  RESTARTED hnv-doctor.timer
  STATE /run/hnv
  SET_UP "systemd-sysusers hnv.conf || [ ! -d /run/systemd/system ]
systemd-tmpfiles --create hnv.conf || [ ! -d /run/systemd/system ]"
  CONFIG /etc/hnv/hnv.yaml)

# procps: /bin/kill, by which units reload. Elsewhere it is util-linux's, which systemd itself needs.
hnv_package(hnv-watchdog
  SUMMARY "Hybrid Network Virtualization: keeps bonds on the SR-IOV port"
  DESCRIPTION "When the SR-IOV port of a bond is not its primary, a failover leaves the
traffic on the slow virtual device, and nobody sees it. hnv-watchdog
follows bonds by netlink, makes the SR-IOV port the primary again, under
whatever name a migration brought it back, and counts what happened and
why. Installing it starts nothing."
  DEB_DEPENDS "hnvctl ${same_version}, procps"
  RPM_REQUIRES "hnvctl = HNV_VERSION"
  UNITS hnv-watchdog.service
  RESTARTED hnv-watchdog.service
  STATE /var/lib/hnv
  CONFIG /etc/drmgr.d/pmig/50-hnv)

hnv_package(hnv-prober
  SUMMARY "Hybrid Network Virtualization: finds dead paths behind live links"
  DESCRIPTION "A link can be up while nothing passes behind it: the bond does not move,
and the next failover cuts the network. hnv-prober asks through each port
of a bond, by frames that change nothing at others, and tells the other
programs what it found. It drops its one privilege at its start.
Installing it starts nothing."
  DEB_DEPENDS "hnvctl ${same_version}, procps"
  RPM_REQUIRES "hnvctl = HNV_VERSION"
  UNITS hnv-prober.service
  RESTARTED hnv-prober.service
  STATE /run/hnv-prober)

hnv_package(hnv-exporter
  SUMMARY "Hybrid Network Virtualization: metrics of bonds for Prometheus"
  DESCRIPTION "Serves throughput, active slave, failovers by cause and the state of
hnv-watchdog to Prometheus, and a status page to people, with TLS and
passwords as other exporters have them. It runs without any privilege.
Installing it starts nothing."
  DEB_DEPENDS "hnvctl ${same_version}, procps"
  RPM_REQUIRES "hnvctl = HNV_VERSION"
  UNITS hnv-exporter.socket hnv-exporter.service
  RESTARTED hnv-exporter.service
  STATE /run/hnv-exporter)

hnv_package(hnv-dashboards ANY_ARCHITECTURE
  SUMMARY "Hybrid Network Virtualization: dashboards, alerts, runbooks"
  DESCRIPTION "For the machine that has Prometheus and Grafana, not for the partitions.
Three dashboards, alert and recording rules with a runbook each, and an
example of routes and inhibitions for Alertmanager.")

include(CPack)
