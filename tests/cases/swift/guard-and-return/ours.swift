func f(a: Int?) -> Int {
    guard let b = a else { return 0 }
    return b
}
