module M
  class A
    def a
      1
    end
  end
end
