class A
  def a
  end

  def c
    1
  end

  private

  def b
  end
end
