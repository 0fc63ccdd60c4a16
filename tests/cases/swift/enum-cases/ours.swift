enum A {
    case a
    case b
}
