# cmake -DOUTPUT=FILE.c "-DFILES=a.css;b.js" -P EmbedFiles.cmake
# Writes the files as NUL-terminated arrays of char.
set(text "/* Made by cmake/EmbedFiles.cmake. */\n#include \"result/page_text.h\"\n")
foreach(file IN LISTS FILES)
    get_filename_component(name "${file}" NAME)
    string(REGEX REPLACE "[^a-z]" "_" name "${name}")
    file(READ "${file}" bytes HEX)
    # Signed, so that bytes above 0x7f convert without a warning: octal escapes in a string.
    string(REGEX REPLACE "([0-9a-f][0-9a-f])" "\\\\x\\1\"\"" bytes "${bytes}")
    string(APPEND text "\nconst char page_${name}[] = \"${bytes}\";\n")
endforeach()
file(WRITE "${OUTPUT}" "${text}")
