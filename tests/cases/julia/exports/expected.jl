module A
<<<<<<< ours
export a, b, c
||||||| base
export a, b
=======
export a, b, d
>>>>>>> theirs
end
