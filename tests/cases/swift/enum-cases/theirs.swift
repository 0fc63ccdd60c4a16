enum A {
    case a
    case c
}
