char* f(char* a) {
    return a;
}
