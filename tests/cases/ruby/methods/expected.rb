class A
  def f
    1
  end

  def g
    2
  end

  def h
    3
  end
end
