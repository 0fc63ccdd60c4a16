add_executable(x main.c util.c net.c)
target_link_libraries(x PRIVATE m)
