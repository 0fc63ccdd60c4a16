class A
  def a
    1
  end

  def b
    2
  end
end
