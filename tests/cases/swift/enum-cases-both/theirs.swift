enum A {
    case x
    case z
}
