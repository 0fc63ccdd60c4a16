source 'x'
gem 'a'
gem 'b'
gem 'c'
