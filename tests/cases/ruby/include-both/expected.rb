class A
  include X
<<<<<<< ours
  include Y
||||||| base
=======
  include Z
>>>>>>> theirs

  def f
    2
  end
end
