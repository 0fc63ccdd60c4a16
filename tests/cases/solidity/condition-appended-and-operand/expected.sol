contract C {
    bool x = ready() && fits(1) && extra();
}
