enum E: Int {
    case a = 1
<<<<<<< ours
    case b = 2
||||||| base
=======
    case b = 3
>>>>>>> theirs
}
