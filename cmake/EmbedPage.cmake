# The parts of the report page (src/result/page/) as C strings: page_<name>_<ending>, declared in
# src/result/page_text.h.
file(GLOB page_files CONFIGURE_DEPENDS "${CMAKE_CURRENT_SOURCE_DIR}/src/result/page/*.html"
     "${CMAKE_CURRENT_SOURCE_DIR}/src/result/page/*.css"
     "${CMAKE_CURRENT_SOURCE_DIR}/src/result/page/*.js")
set(page_text "${CMAKE_BINARY_DIR}/generated/page_text.c")
add_custom_command(OUTPUT "${page_text}"
    COMMAND "${CMAKE_COMMAND}" "-DOUTPUT=${page_text}" "-DFILES=${page_files}"
            -P "${CMAKE_CURRENT_SOURCE_DIR}/cmake/EmbedFiles.cmake"
    DEPENDS ${page_files} "${CMAKE_CURRENT_SOURCE_DIR}/cmake/EmbedFiles.cmake"
    COMMENT "Embedding the report page" VERBATIM)
target_sources(costagg_core PRIVATE "${page_text}")
