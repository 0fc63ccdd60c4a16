enum A {
    case x
    case y
    case z
}
