enum A {
    case x
    case y
}
