enum A {
    case a
}
