enum A {
<<<<<<< ours
    case a(String)
||||||| base
    case a(Int)
=======
    case a(Bool)
>>>>>>> theirs
}
