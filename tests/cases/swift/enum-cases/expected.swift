enum A {
    case a
    case b
    case c
}
