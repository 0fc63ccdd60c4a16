enum A {
    case x
}
