# Texts that the program itself prints from options.def, verbs.def and error.def: the manual page
# and the completion of bash, made at build time and installed.
if(EXISTS "${CMAKE_CURRENT_SOURCE_DIR}/src/main.c")
    foreach(text IN ITEMS "man:costagg.1" "completion:costagg.bash")
        string(REPLACE ":" ";" text "${text}")
        list(GET text 0 form)
        list(GET text 1 file)
        add_custom_command(
            OUTPUT "${CMAKE_BINARY_DIR}/generated/${file}"
            COMMAND "${CMAKE_COMMAND}" -E make_directory "${CMAKE_BINARY_DIR}/generated"
            COMMAND costagg help --as ${form} > "${CMAKE_BINARY_DIR}/generated/${file}"
            DEPENDS costagg
            VERBATIM)
        list(APPEND generated_texts "${CMAKE_BINARY_DIR}/generated/${file}")
    endforeach()
    add_custom_target(generated_texts ALL DEPENDS ${generated_texts})
    install(FILES "${CMAKE_BINARY_DIR}/generated/costagg.1"
            DESTINATION "${CMAKE_INSTALL_MANDIR}/man1")
    install(FILES "${CMAKE_BINARY_DIR}/generated/costagg.bash" RENAME costagg
            DESTINATION "${CMAKE_INSTALL_DATADIR}/bash-completion/completions")
endif()
