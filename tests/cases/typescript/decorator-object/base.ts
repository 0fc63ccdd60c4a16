@Component({
  selector: 'a',
  template: 'b',
})
class A {}
