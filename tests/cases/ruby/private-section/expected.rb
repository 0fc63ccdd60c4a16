class A
  def a
  end

  def c
    1
  end

  def d
    2
  end

  private

  def b
  end
end
