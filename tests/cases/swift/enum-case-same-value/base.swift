enum E: Int {
    case a = 1
}
