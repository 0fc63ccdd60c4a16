struct User: Codable, Hashable {
    let id: Int
}
