class A
  def a
  end

  def b
    1
  end
end
