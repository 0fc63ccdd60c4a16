contract C {
    bool x = ready() && fits(1);
}
