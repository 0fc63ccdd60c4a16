source 'x'
gem 'a'
gem 'b'
