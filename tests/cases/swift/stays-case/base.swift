enum A {
    case a(Int)
}
