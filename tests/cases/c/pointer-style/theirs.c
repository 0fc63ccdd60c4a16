char* f(char* a) {
    return a + 1;
}
