class A
  def f
    1
  end

  def g
    2
  end
end
