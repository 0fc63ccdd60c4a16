contract C {
    bool x = ready() && fits() && extra();
}
