enum A {
    case a(Bool)
}
