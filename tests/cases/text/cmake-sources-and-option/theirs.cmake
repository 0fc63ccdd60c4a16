add_executable(x main.c util.c)
target_link_libraries(x PRIVATE m)
