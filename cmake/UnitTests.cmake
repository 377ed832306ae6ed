# Every src/**/X_test.c is a cmocka program of its own, in CTest as unit.<folder>.X.
if(NOT cmocka_FOUND)
    message(WARNING "cmocka is missing: no unit tests (scripts/setup.sh check installs it)")
    return()
endif()
foreach(source IN LISTS costagg_tests)
    file(RELATIVE_PATH name "${CMAKE_SOURCE_DIR}/src" "${source}")
    string(REGEX REPLACE "_test\\.c$" "" name "${name}")
    string(REPLACE "/" "." name "${name}")
    add_executable("unit.${name}" "${source}")
    target_link_libraries("unit.${name}" PRIVATE costagg_core PkgConfig::cmocka)
    # cmocka's assertions do not come back, but gcc is not told so.
    target_compile_options("unit.${name}" PRIVATE
        $<$<C_COMPILER_ID:GNU>:-Wno-maybe-uninitialized>)
    set_target_properties("unit.${name}" PROPERTIES
        RUNTIME_OUTPUT_DIRECTORY "${CMAKE_BINARY_DIR}/unit")
    add_test(NAME "unit.${name}" COMMAND "unit.${name}")
    set_property(GLOBAL APPEND PROPERTY costagg_unit_tests "unit.${name}")
    set_tests_properties("unit.${name}" PROPERTIES LABELS unit TIMEOUT 120
        WORKING_DIRECTORY "${CMAKE_SOURCE_DIR}")
endforeach()
