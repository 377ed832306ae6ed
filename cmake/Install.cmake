# make install: the program, the Arrow libraries it was built with where they are not the system's,
# and what a packager expects beside it. PREFIX and DESTDIR work as usual.
if(TARGET costagg)
    install(TARGETS costagg RUNTIME DESTINATION "${CMAKE_INSTALL_BINDIR}")
endif()
if(costagg_arrow_files)
    install(FILES ${costagg_arrow_files} DESTINATION "${CMAKE_INSTALL_LIBDIR}/costagg"
            PERMISSIONS OWNER_READ OWNER_WRITE OWNER_EXECUTE GROUP_READ GROUP_EXECUTE
                        WORLD_READ WORLD_EXECUTE)
    file(GLOB arrow_legal "${arrow_dir}/../pyarrow-*.dist-info/licenses/*.txt"
         "${arrow_dir}/../pyarrow-*.dist-info/LICENSE.txt" "${arrow_dir}/../pyarrow-*.dist-info/NOTICE.txt")
    install(FILES ${arrow_legal} DESTINATION "${CMAKE_INSTALL_DOCDIR}/arrow")
endif()
install(FILES LICENSE README.md CHANGELOG.md DESTINATION "${CMAKE_INSTALL_DOCDIR}" OPTIONAL)
install(FILES examples/costagg.yaml DESTINATION "${CMAKE_INSTALL_DOCDIR}/examples" OPTIONAL)
