# Libraries, on one interface target: costagg_dependencies. Sets costagg_install_rpath.
find_package(PkgConfig REQUIRED)
find_package(Threads REQUIRED)
foreach(module IN ITEMS libpq sqlite3 jansson yaml-0.1 libxxhash)
    pkg_check_modules(${module} IMPORTED_TARGET ${module})
    if(NOT ${module}_FOUND)
        message(FATAL_ERROR "${module} is missing: run scripts/setup.sh build")
    endif()
endforeach()
pkg_check_modules(cmocka IMPORTED_TARGET cmocka)

# Apache Arrow: the system's when it is new enough and speaks S3, else the one that
# scripts/setup.sh unpacked to .deps/arrow.
set(COSTAGG_ARROW_MINIMUM 21.0)
set(costagg_install_rpath "")
add_library(costagg_arrow INTERFACE)

find_package(Arrow CONFIG QUIET)
find_package(Parquet CONFIG QUIET)
if(Arrow_FOUND AND Parquet_FOUND AND ARROW_S3
   AND ARROW_VERSION VERSION_GREATER_EQUAL COSTAGG_ARROW_MINIMUM)
    message(STATUS "Arrow ${ARROW_VERSION} of the system")
    target_link_libraries(costagg_arrow INTERFACE Arrow::arrow_shared Parquet::parquet_shared)
else()
    set(COSTAGG_ARROW_DIR "${CMAKE_SOURCE_DIR}/.deps/arrow" CACHE PATH
        "Folder with include/, libarrow.so.N, libparquet.so.N, libarrow_s3.so.N")
    get_filename_component(arrow_dir "${COSTAGG_ARROW_DIR}" REALPATH)
    # Linked by a path inside the build tree, so that programs find it relative to themselves and
    # hold no path of the building machine.
    set(CMAKE_BUILD_RPATH_USE_ORIGIN ON)
    set(costagg_arrow_files "")
    set(arrow_links "")
    foreach(name IN ITEMS arrow parquet arrow_s3)
        file(GLOB arrow_file "${arrow_dir}/lib${name}.so.[0-9]*")
        list(LENGTH arrow_file arrow_file_count)
        if(NOT arrow_file_count EQUAL 1)
            message(FATAL_ERROR "lib${name} is not in ${COSTAGG_ARROW_DIR}: "
                                "run scripts/setup.sh build")
        endif()
        list(APPEND costagg_arrow_files "${arrow_file}")
        get_filename_component(file_name "${arrow_file}" NAME)
        file(MAKE_DIRECTORY "${CMAKE_BINARY_DIR}/arrow")
        file(CREATE_LINK "${arrow_file}" "${CMAKE_BINARY_DIR}/arrow/${file_name}" SYMBOLIC)
        list(APPEND arrow_links "${CMAKE_BINARY_DIR}/arrow/${file_name}")
    endforeach()
    message(STATUS "Arrow of ${COSTAGG_ARROW_DIR}")
    target_include_directories(costagg_arrow SYSTEM INTERFACE "${arrow_dir}/include")
    target_link_libraries(costagg_arrow INTERFACE ${arrow_links})
    set(costagg_install_rpath "$ORIGIN/../${CMAKE_INSTALL_LIBDIR}/costagg")
endif()

add_library(costagg_dependencies INTERFACE)
target_link_libraries(costagg_dependencies INTERFACE
    costagg_arrow PkgConfig::sqlite3 PkgConfig::jansson PkgConfig::yaml-0.1 Threads::Threads m
    ${CMAKE_DL_LIBS})
# libpq is loaded when it is needed (base/libpq.h).
target_include_directories(costagg_dependencies SYSTEM INTERFACE ${libpq_INCLUDE_DIRS})
# Of xxhash only the header is used (XXH_INLINE_ALL); of libarrow nothing but the bridge.
