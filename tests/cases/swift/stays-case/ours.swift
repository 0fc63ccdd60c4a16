enum A {
    case a(String)
}
