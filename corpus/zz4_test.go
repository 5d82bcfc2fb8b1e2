package corpus
import ("testing";"strings";"time";"fmt")
func TestDbgLin(t *testing.T){
 pats:=[]string{"基本","重点","长春市、","（","（责任单位：市局）","1%、","到2027年","一、a\n","（一）b\n","“","建设","等","100家","的","。","A\n责任单位：市局\n","a（责任单位：市局）和","全面","持续提升、","某率","以及","第一位牵头单位","1.","政策咨询：a\n","一、","《》","牵头单位：、","\n","推进长春市、吉林市x","各市、","，基本建立某某系统","和1家",
 "10家左右", "a、", "千百级、","要的60%以上的", "①", "施行说明：a\n","下同，", "、，"}
 pre:=[]string{"","一、主要目标\n到2027年，","一、任务\n1.标题。正文","一、任务\n1.标题。（责任单位："}
 for _,pp:=range pre{ for _,x:=range pats{
  var d [2]time.Duration
  for k,n:=range []int{100000,400000}{
   s:=pp+strings.Repeat(x,n/len(x))
   t0:=time.Now()
   p,err:=Parse("x",[]byte(s),Card{Title:"某方案"}); if err==nil{ _=p }
   d[k]=time.Since(t0)
  }
  if d[1]>300*time.Millisecond || d[1]>8*d[0] && d[1]>50*time.Millisecond{fmt.Printf("%q %q %v %v\n",pp,x,d[0],d[1])}
 }}
}
