/*
 * The grammar of indicators: the words that compare, link, name a property, or tell that a number is none of ours.
 * Words are matched in lower case; * stands for any ending. One walk over a piece finds them all; every later question
 * is asked of the list of hits.
 */
#include "indicator/indicator_internal.h"

#include <string.h>

#define W(name) QIAOI_W(name)

static const struct {
    uint64_t classes;
    const char *words;
} table[] = {
    /* comparison before the number */
    {W(GE) | W(SYMBOL), "≥|>=|=>|>|＞|>>"},
    {W(LE) | W(SYMBOL), "≤|<=|=<|<|＜|<<"},
    {W(ABOUT) | W(SYMBOL), "≈|~"},
    {W(LINK) | W(SYMBOL), "=|:=|::"},
    {W(GE), "不低于|不得低于|不应低于|应不低于|不少于|不得少于|不小于|不得小于|大于|大于等于|大于或等于|大於|高于|高於|"
            "超过|超出|超|多于|至少|至少为|"
            "最少|最少为|最低|最低为|突破|逾|高出|不短于|长于|不弱于|不亚于|起步|下限|不差于|不应小于|不宜低于|"
            "不宜小于|须大于|应大于|不能低于|不能小于|不能少于|不应少于|高过|大过|多过|最小|最低|最短|不低於|"
            "须高于|应高于|不得短于|不应短于|需大于|需高于|要大于|要高于"},
    {W(GE), "at least|no less than|not less than|no lower than|not lower than|no fewer than|not fewer than|no smaller "
            "than|no worse than|"
            "greater than|greater than or equal to|more than|more than or equal to|higher than|larger than|longer "
            "than|stronger than|"
            "above|exceed|exceeds|exceeding|exceeded|in excess of|over|beyond|upwards of|minimum|minimum of|a minimum "
            "of|min.|minimum:|"
            "as little as|not below|no shorter than|well over|well above|down to|surpass|surpasses|surpassing|of "
            "minimum|wider than|"
            "heavier than|thicker than|older than|deeper than|never below|equal to or greater than|not fall below|not "
            "drop below"},
    {W(LE),
     "不超过|不得超过|不应超过|不可超过|不能超过|未超过|不高于|不得高于|不应高于|不大于|不得大于|小于|小于等于|"
     "小于或等于|低于|低於|不多于|少于|"
     "不足|至多|最多|最多为|最高不超过|最大不超过|不到|短于|不长于|限值|上限|不逾|不得多于|控制到|不超|弱于|未满|不满|"
     "不超出|不得过|不能大于|不能多于|不能高于|不宜超过|不宜大于|不应大于|应小于|须小于|不准超过|最大|最高|最长|"
     "不应高于|须低于|应低于|不得长于|不应长于|需小于|需低于|要小于|要低于|不允许超过|不许超过"},
    {W(LE), "at most|no more than|not more than|not to exceed|not exceed|not exceeding|no greater than|not greater "
            "than|no higher than|"
            "not higher than|no larger than|not larger than|no longer than|not longer than|less than|less than or "
            "equal to|lower than|"
            "smaller than|fewer than|shorter than|below|under|up to|within|maximum|maximum of|a maximum "
            "of|max.|max|limited to|capped at|"
            "inside|not above|never exceed|never exceeds|does not exceed|do not exceed|should not exceed|must not "
            "exceed|may not exceed|"
            "cannot exceed|thinner than|lighter than|cheaper than|narrower than|no thicker than|no heavier than|in "
            "under|in less than|"
            "slower than|cooler than|not over|shall not exceed|to under|to below|to less than|equal to or less "
            "than|without exceeding|"
            "no wider than|no slower than|never more than|kept under|stay below|stays below|keep below|not be more "
            "than|no later than"},
    {W(LIMIT), "不得过|不能大于|不能高于|不宜超过|不宜大于|不应大于|应小于|须小于|不应高于|须低于|应低于|不应小于|"
               "不宜低于|不宜小于|须大于|应大于|不能低于|"
               "不能小于|不能少于|不应少于|须高于|应高于|需大于|需高于|需小于|需低于|"
               "不低于|不得低于|不应低于|应不低于|不少于|不得少于|不小于|不得小于|不超过|不得超过|不应超过|不可超过|"
               "不高于|不得高于|不大于|不得大于|不多于|至少|至多|最多|"
               "大于等于|小于等于|不短于|no less than|not less than|no lower than|not lower than|no more than|not more "
               "than|not to exceed|not exceed|"
               "not exceeding|no greater than|not greater than|no higher than|not higher than|at most|at "
               "least|min.|max.|minimum|maximum|"
               "must not exceed|shall not exceed|should not exceed|no fewer than|limited to"},
    {W(ABOUT), "约|约为|大约|大约为|大概|近|接近|将近|左右|上下|约合|约在|大致|估计|左右的|接近于|平均约"},
    {W(ABOUT), "about|approximately|approx|approx.|around|roughly|nearly|almost|close to|near|ca.|ca|circa|some|c.|on "
               "the order of|"
               "of the order of|in the region of|nominally|typically|typ."},
    {W(BETTER), "优于|好于|胜于|better than|no worse than|not worse than|finer than|优於"},
    {W(UNDER), "under"},
    {W(LINK), "为|是|达|达到|可达|可达到|能达到|达到了|已达到|已达|高达|低至|达至|均为|仅为|仅|只有|只|才|等于|即|取|"
              "在|到|至|定为|设为|选为|应为|须为|需为|"
              "须|需|需要|应|应该|要求|要|必须|可|能|能够|可以|均|都|也|还|就|已|已经|将|控制在|控制|保持在|保持|"
              "维持在|维持|稳定在|稳定|限制在|设定为|设定|"
              "处于|位于|介于|值为|的|了|有|具有|具备|拥有|提供|实现|满足|提高到|提高至|提高|提升到|提升至|提升为|提升|"
              "增加到|增加至|增加|增大到|增至|"
              "升至|升到|上升到|上升至|降低到|降低至|降低|降到|降至|下降到|下降至|下降|减少到|减少至|减少|减小到|减小|"
              "缩短到|缩短至|缩短|压缩到|压缩至|延长到|"
              "延长至|延长|增强|改善|节约|节省|目标|目标为|目标是|指标|指标为|要求为|要求达到|要求在|达标|预计|预期|"
              "一般|通常|平均|平均为|最高|最大|"
              "最小|最高可达|最大可达|最高达|最大为|最小为|最长|最短|最长可达|实测|典型值|典型|则|且|只能|往往|可在|"
              "能在|应在|须在|需在|可以达到|能够达到|应达到|需达到|须达到|需达|应达|要达到|力争达到|至少达到|一直|小到|"
              "大到|多达|长达|深达|远达|"
              "快至|低到|高至|高到|为止|使|其|分别为|分别|分别达到|依次为|大小为"},
    {W(LINK),
     "is|are|was|were|be|being|been|of|at|to|by|the|a|an|that|with|reach|reaches|reached|reaching|achieve|achieves|"
     "achieved|"
     "achieving|as high as|as low as|as small as|as much as|as large as|as long as|as short as|as many as|as thin "
     "as|equal to|"
     "equals|equal|should be|must be|shall be|will be|can be|may be|would be|has "
     "been|should|must|shall|will|can|has|have|"
     "having|remain|remains|maintain|maintained|maintaining|kept|keep|keeps|stay|stays|only|just|even|currently|now|"
     "typically|"
     "rated|rated at|rated for|measuring|measures|measured|measured at|being|down|up|set|set at|set to|fixed at|in|for|"
     "targeted at|target|targets|targeting|from|on|it|not|nominal|average|averaging|averages|an average of|"
     "typical|operating|operated|operates|operate|requires|require|required|required to "
     "be|approach|approaches|approaching|"
     "deliver|delivers|delivering|delivered|provide|provides|providing|weighs|weighing|weigh|costs|cost|costing|lasts|"
     "last|lasting|runs|running|holds|held|held "
     "at|shows|showing|gives|giving|offers|offering|yields|yielding|value|values|"
     "value of|values of|per|level|levels|level of|levels of|rate|rates|well|currently at|approaching|attained|attains|"
     "extends to|extending to|limit|limits|range|ranging|increasing to|increased to|reduced to|"
     "least|all|total|a total of|produces|producing|produce|withstands|withstand|withstanding|survives|survive|"
     "consumes|consuming|consume|dissipates|draws|draw|uses|using|supports|handles|handling|generates|generating"},
    {W(OF), "of|is|are|was|were|be|为|是|达|达到|reach|reaches|:|=|to|by|at"},
    {W(COPULA), "is|are|was|were|be|been|reach|reaches|reached|reaching|remains|remain|equals|为|是|达|达到|可达|"
                "可达到|能达到|已达到|高达|低至|均为|仅为|"
                "提高到|提高至|提升到|提升至|降低到|降低至|降到|降至|下降到|下降至|达到了|应为|须为|需为|控制在|约为|"
                "stays|stay|approaches|amounts to|is about|is at least"},
    {W(FROM), "从|由|自|from"},
    {W(BETWEEN), "between|介于"},
    {W(TO), "至|到|to|through|thru|and|直至"},
    {W(AND), "、|，|,|和|与|及|或|以及|and|or|and/or|&|/|;"},
    /* comparison behind it */
    {W(GE_POST), "以上|及以上|或以上|以上的|以上级|及其以上|或更高|或更多|或更长|或更好|起|之上|以上水平|or more|or "
                 "higher|or greater|or better|"
                 "or above|and above|or longer|or larger|and higher|and more|or over|and up|minimum|min.|at least|at "
                 "minimum|at a minimum|"
                 "or beyond|or faster|and over|and longer|or stronger|plus"},
    {W(LE_POST), "以下|及以下|或以下|以内|之内|内|以下的|或更低|或更少|或更短|或更小|之下|or less|or lower|or below|or "
                 "fewer|or smaller|or shorter|"
                 "and below|maximum|max|max.|at most|at maximum|or under|at the most|and lower|or better accuracy|or "
                 "thinner|or lighter|tops|"
                 "and under|or cheaper|and less"},
    {W(ABOUT_POST), "左右|上下|前后|or so|approximately|上下浮动|开外"},
    {W(STOP),
     "内部|内径|内容|内壁|内外|内阻|内存|内侧|内压|内孔|内层|内置|内衬|内表面|内腔|起来|起到|起泡|起点|起动|起升|起重|"
     "起始|以内部|以下问题|以下要求|以下几|"
     "以下方面|以下指标|以下条件|以下内容|以下功能|以下性能|以上问题|以上要求|以上条件|以上指标|起伏|起吊|起飞|起皮"},
    /* change */
    {W(UP),
     "better than|higher than|more than|faster than|greater than|larger than|longer "
     "than|放大|浓缩|扩增|扩容|增殖|提高|提升|增加|增大|增长|增强|延长|改善|扩大|加快|上升|升高|提高了|提升了|增加了|"
     "提速|增产|增效|扩展|翻|"
     "高出|提高到|提高至|提升到|提升至|提升为|"
     "增加到|增加至|增大到|增至|升至|升到|上升到|上升至|延长到|延长至|扩大到|扩大至"},
    {W(DOWN),
     "lower than|less than|smaller than|lighter than|cheaper than|shorter than|fewer than|slower "
     "than|降低|下降|减少|减小|缩短|降低了|减少了|缩短了|下降了|节约|节省|节能|节电|节水|节油|压缩|减轻|减重|减薄|"
     "削减|减排|省电|降本|降耗|降温|缩小|衰减|"
     "降低到|降低至|降到|降至|下降到|下降至|减少到|减少至|减小到|减小至|缩短到|缩短至|压缩到|压缩至|缩小到|"
     "缩小至|减到|减至"},
    {W(UP), "increas*|improv*|rais*|enhanc*|boost*|extend|extends|extended|extending|gain|gains|gained|grow|grows|rise|"
            "rises|rose|"
            "accelerat*|expand*|double*|lengthen*|prolong*|growth|elevat*|strengthen*|amplif*|scale|scales|scaled|"
            "scaling|scale-up|higher|faster|longer|"
            "better|stronger|upgrade|upgraded|upgrading|uplift"},
    {W(DOWN), "reduc*|decreas*|lower|lowers|lowered|lowering|drop|drops|dropped|dropping|cut|cuts|cutting|fall|falls|"
              "fell|falling|"
              "shorten*|minimiz*|minimis*|sav*|declin*|shrink*|shrank|diminish*|lessen*|less|fewer|smaller|lighter|"
              "cheaper|slower|"
              "shorter|thinner|trim*|slash*|halv*|attenuat*|down from|mitigat*"},
    {W(COMPARATIVE),
     "better than|lower than|higher than|less than|more than|smaller than|lighter than|faster than|cheaper "
     "than|greater than|larger than|longer than|shorter than|fewer than|slower "
     "than|faster|slower|more|higher|greater|lower|less|better|smaller|larger|longer|shorter|stronger|lighter|thinner|"
     "wider|"
     "cheaper|fewer|denser|hotter|cooler|brighter|harder|quicker|improvement|improvements|increase|increases|reduction|"
     "reductions|decrease|gain|gains|speedup|speed-up|saving|savings|enhancement|acceleration|magnification|as|drop|"
     "loss|lighter|deeper|heavier|tougher|that of|the|zoom|over|boost|efficient|accurate|sensitive|growth|overload|"
     "improved|oversampling|compression|concentration|concentrated|dilution|sensitivity|resolution"},
    /* where a name ends */
    {W(STOP), "的|使|将|把|被|对|实现|保证|确保|满足|具有|具备|要求|其|且|并|并且|和|与|及|以及|但|而|而且|需要|可以|"
              "能够|提供|采用|开发|研制|研发|一种|了|等|"
              "产品|使其|令|让|通过|因此|所以|如果|当|若|则|同时|此外|另外|包括|其中|例如|如|比如|现有|目前|现在|国内|"
              "国外|希望|预期|预计|目标|指标|技术指标|性能指标|"
              "主要|解决|存在|由于|因为|最终|从而|进而|只有|只能|仅|使得|导致|造成|控制|保持|维持|获得|得到|形成|建立|"
              "完成|达到|超过|低于|高于|用于|适用于|应用于|"
              "应当|必须|为|是|在|由|从|到|每|各|该|本|我|其它|其他|所有|整体|总体|分别|条件下|或|或者|于|根据|基于|较|"
              "比|相比|均|都|很|更|当前|制备|加工|设备应|"
              "选择|使用|采集|支持|我们|公司|企业|客户|用户|项目|需求|系统的|以后|之后|之前|期间|过程中|情况下|环境下|"
              "要求为|最高|最大|最小|最低|已|并将|主要指标|"
              "考核指标|预期目标|单机|新增|改造|升级|针对|围绕|来自|作为|常规|普通|大量|少量|多数|大多数|人数|程度|"
              "制度|态度|季度|进度|难度|动力|人力|努力|主力|价值|"
              "数量|长期|近期|前期|后期|中期|初期|定期|特性|可行性|重要性|条件|条件下的|较高|很高|更高|提高的|不高|"
              "高度重视|性能|性能测试|测试|装置|系统|机组|"
              "设备|材料|工艺|技术|建设|新建|建成|年产|拟建|主要生产|生产|生产线|建有|设有|配备|安装|参数|参数为|"
              "指标要求|以外|以上|以下|安全性能|循环性能|试验|"
              "应用|场景|研究|现状|问题|内容|左右"},
    {W(STOP),
     "the|a|an|and|or|of|with|for|that|this|these|those|which|to|in|on|at|by|from|as|its|their|our|it|is|are|was|were|"
     "be|been|"
     "has|have|had|can|could|will|would|should|must|may|might|shall|we|they|he|she|you|i|but|if|when|while|where|than|"
     "then|so|"
     "such|not|no|all|any|each|every|both|per|into|onto|over|under|between|through|during|after|before|without|within|"
     "using|"
     "use|uses|used|via|achieve|achieves|achieved|achieving|reach|reaches|reaching|provide|provides|providing|deliver|"
     "delivers|"
     "delivering|produce|produces|producing|require|requires|required|requiring|need|needs|needed|offer|offers|"
     "offering|"
     "maintain|maintains|maintaining|increase|increases|increasing|increased|reduce|reduces|reducing|reduced|improve|"
     "improves|"
     "improving|improved|lower|lowers|lowering|cut|cuts|cutting|raise|raises|raising|enable|enables|enabling|"
     "develop|develops|developing|seek|seeks|seeking|demonstrate|demonstrates|demonstrated|show|shows|showed|showing|"
     "give|gives|"
     "giving|support|supports|supporting|operate|operates|operating|including|include|includes|because|also|there|who|"
     "what|exceed|exceeds|exceeding|keep|keeps|keeping|kept|hold|holds|holding|run|runs|running|withstand|withstands|"
     "handle|handles|handling|detect|detects|detecting|measure|measures|meet|meets|meeting|only|least|most|more|less|"
     "about|"
     "approximately|up|down|out|off|one|two|three|least|below|above|yields|yield|boosts|boost|cuts|shortens|extends|"
     "still|currently|"
     "typically|having|being|down|around|whose|against|toward|towards|across|along|among|upon|per|new|our|both|either|"
     "low|high|target|targets|targeting|retains|retain|generates|generate|generating|consumes|consume|weighs|weigh|"
     "covers|cover|"
     "covering|drops|falls|rises|tolerates|tolerate|tolerating|survive|survives|guarantee|guarantees|guaranteed|limit|"
     "limits|"
     "make|makes|making|made|take|takes|taking|sustains|sustain|sustaining|works|work|working|drop|saves|save|"
     "decrease|decreases|decreased|decreasing|add|adds|adding|accepts|accept|resists|resist|accommodate|accommodates|"
     "exhibit|exhibits|exhibited|exhibiting|accounts|account|engineered|concatenating|necessitates|experience|"
     "experiences|separate|separates|remove|removes|removing|process|processes|processing|capture|captures|capturing|"
     "carry|carries|carrying"},
    /* properties; suffixes that make a property in Chinese are found by qiaoi_find_name */
    {W(HEAD),
     "密度|比能量|效率|转换效率|强度|硬度|韧性|寿命|温度|压力|压强|时间|速度|速率|精度|准确度|准确率|误差|偏差|功率|"
     "电压|电流|频率|波长|厚度|直径|长度|宽度|"
     "高度|深度|半径|粒径|粒度|孔径|含量|浓度|成本|单价|价格|售价|造价|距离|面积|表面积|体积|容量|带宽|延迟|时延|延时|"
     "增益|损耗|噪声|噪音|电阻|阻抗|电阻率|"
     "电导率|导热系数|热导率|系数|比例|配比|得率|收率|产率|产量|产能|转化率|选择性|去除率|脱除率|回收率|利用率|合格率|"
     "良率|良品率|成品率|次品率|不良率|准确性|"
     "识别率|检出率|漏检率|误检率|误报率|漏报率|误码率|丢包率|灵敏度|特异性|特异度|检测限|检出限|定量限|分辨率|分辨力|"
     "重复性|重复精度|一致性|均匀性|稳定性|线性度|"
     "保持率|保留率|衰减率|衰减|循环|循环寿命|循环次数|倍率|电容|能耗|电耗|水耗|油耗|耗电量|耗水量|重量|质量|自重|净重|"
     "载重|载荷|负载|负荷|承重|承载|拉力|推力|"
     "扭矩|转矩|转速|线速度|流量|流速|风速|风量|排量|粘度|黏度|酸度|碱度|纯度|水分|含水率|含水量|湿度|灰分|杂质|残留|"
     "残余|余量|孔隙率|透过率|透光率|反射率|吸收率|"
     "雾度|折射率|亮度|照度|光效|光通量|色温|对比度|视场角|视场|视角|焦距|量程|范围|行程|间距|间隙|缝隙|壁厚|膜厚|"
     "涂层厚度|层厚|幅宽|粗糙度|平整度|平面度|圆度|"
     "直线度|同轴度|垂直度|平行度|公差|角度|倾角|转角|坡度|弯曲半径|模量|弹性模量|杨氏模量|伸长率|延伸率|断裂伸长率|"
     "屈服强度|抗拉强度|抗压强度|抗弯强度|剥离强度|"
     "剪切强度|冲击强度|疲劳强度|击穿强度|击穿电压|耐压|耐温|耐热|熔点|沸点|闪点|软化点|凝点|露点|玻璃化温度|"
     "热变形温度|膨胀系数|收缩率|热收缩率|吸水率|渗透率|"
     "磨损率|磨损量|磨耗|腐蚀速率|失重|增重|能力|处理能力|处理量|吞吐量|通量|周期|节拍|工期|响应时间|启动时间|停留时间|"
     "反应时间|续航|续航里程|里程|航程|作业时间|"
     "排放|排放量|排放浓度|残留量|释放量|添加量|用量|掺量|剂量|投加量|消耗|消耗量|能效|能效比|比容量|比功率|功率密度|"
     "能量密度|体积能量密度|质量能量密度|"
     "倒伏程度|覆盖率|存活率|成活率|发芽率|抑制率|有效率|杀菌率|灭活率|检测率|召回率|精确率|错误率|命中率|成功率|"
     "失败率|可用度|可用性|可靠度|可靠性|占空比|占比|"
     "信噪比|动态范围|通道数|像素|帧率|刷新率|采样率|码率|数据率|传输速率|并发|并发量|并发数|延展性|收得率|脱硫效率|"
     "除尘效率|过滤效率|透气度|透湿量|透气率|克重|"
     "沉积速率|生长速率|升温速率|降温速率|加热速率|腐蚀率|成膜率|结晶度|取向度|交联度|固含量|固化时间|凝胶时间|"
     "比表面积|孔容|饱和磁化强度|矫顽力|剩磁|"
     "磁能积|磁导率|介电常数|介电损耗|介电强度|漏电流|开路电压|短路电流|填充因子|量子效率|外量子效率|阈值|线宽|脉宽|"
     "重频|脉冲能量|光斑|束流|真空度|漏率|"
     "泄漏率|步长|步距|定位精度|重复定位精度|跳动|振幅|位移|变形量|挠度|沉降|裂缝宽度|屈服比|损失率|破损率|故障率|"
     "返修率|报废率|残值|自放电|自放电率|内阻|"
     "充电时间|放电时间|待机时间|续航时间|工作时间|工作温度|使用温度|储存温度|环境温度|烧结温度|反应温度|操作温度|"
     "运行温度|工作压力|设计压力|工作电压|输入电压|"
     "输出电压|输出功率|额定功率|额定电压|额定电流|峰值功率|额定载荷|最大载荷|尺寸|外径|内径|孔深|口径|通径|切口宽度|"
     "作用距离|探测距离|识别距离|测距|"
     "体重|产蛋率|出栏|亩产|单产|出油率|得油率|回潮率|缩水率|色牢度|甲醛释放量|挥发分|酸值|碘值|羟值|熔指|熔融指数|"
     "分子量|重均分子量|聚合度|聚合物含量|有机质|"
     "覆盖半径|覆盖范围|年限|质保|质保期|保质期|有效期|货架期|半衰期|潜伏期|存储时间|保存时间|使用年限|使用寿命|"
     "服役寿命|机械寿命|疲劳寿命|贮存期|储存期|存储期|"
     "温升|温差|压差|压降|液位|水位|浊度|色度|电导|余氯|总氮|总磷|氨氮|盐分|矿化度|硬度值|抗菌率|留着率|白度|光泽度|"
     "附着力|结合力|粘结强度|"
     "摩擦系数|阻尼|刚度|固有频率|谐振频率|中心频率|截止频率|工作频率|调谐范围|光谱范围|测量范围|测温范围|调节范围|"
     "检测范围|浓度范围|线性范围|温度范围|"
     "频段|波段|功耗|待机功耗|静态电流|算力|内存|显存|存储容量|参数量|模型大小|推理时间|推理速度|处理速度|训练时间|"
     "检测速度|识别速度|检测时间|识别时间|检测精度|"
     "识别精度|识别准确率|定位误差|测量误差|测量精度|控制精度|计量精度|配料精度|同步精度|跟踪精度|指向精度|姿态精度|"
     "角分辨率|空间分辨率|时间分辨率|"
     "距离分辨率|能量分辨率|重量传感器|推进度|净利率|回收期|投资回收期|节能率|节水率|节油率|减排率|破碎率|损伤率|"
     "漏播率|采净率|含杂率|抗冲击韧性|强屈比|"
     "摆幅|蒸发量|制冷量|制热量|换热量|热效率|热值|发热量|供热量|汽耗|煤耗|气耗|料耗|炉温|水温|油温|室温|体温|壁温|"
     "出水温度|进水温度|倍数|放大倍数|"
     "线径|丝径|抗张强度|断裂强力|强力|熔点温度|耐盐雾|盐雾|盐雾试验|耐候|防护等级|洁净度|洁净等级|注入深度|注入剂量|"
     "缺陷密度|位错密度|电子迁移率|迁移率|"
     "载流子浓度|方块电阻|方阻|击穿场强|场强|磁场强度|磁场|电场|剂量率|活度|放射性|转化频率|空速|停机时间|换型时间|"
     "恢复时间|等待时间|首包时延|抖动|丢帧率|"
     "最小弯曲半径|吸油值|遮盖力|细度|比重|比热容|比热|潜热|相变温度|导热率|发射率|太阳吸收比|降温幅度|温度波动|"
     "温度变化|温度变化范围|控温精度|温控精度|测温精度|温度精度|温度梯度|温度分辨率|温度稳定性|出口温度|进口温度"},
    {W(HEAD),
     "density|energy density|power "
     "density|efficiency|strength|hardness|toughness|life|lifetime|lifespan|temperature|temperatures|"
     "pressure|pressures|time|times|speed|speeds|velocity|rate|rates|accuracy|precision|error|errors|deviation|power|"
     "voltage|"
     "voltages|current|currents|frequency|frequencies|wavelength|wavelengths|thickness|diameter|diameters|length|width|"
     "height|"
     "depth|radius|size|sizes|pore "
     "size|content|concentration|concentrations|cost|costs|price|distance|distances|area|volume|"
     "capacity|bandwidth|latency|delay|gain|loss|losses|noise|resistance|impedance|resistivity|conductivity|"
     "coefficient|ratio|"
     "yield|selectivity|conversion|removal|recovery|utilization|sensitivity|specificity|detection limit|limit of "
     "detection|"
     "limit|resolution|repeatability|uniformity|stability|linearity|retention|degradation|consumption|weight|mass|load|"
     "loads|"
     "payload|force|torque|thrust|flow|flow "
     "rate|viscosity|purity|moisture|humidity|impurity|impurities|residue|porosity|"
     "transmittance|transmission|reflectivity|reflectance|absorption|absorptivity|emissivity|haze|brightness|luminance|"
     "illuminance|contrast|field of view|field-of-view|focal "
     "length|range|ranges|stroke|spacing|gap|pitch|roughness|flatness|"
     "tolerance|angle|angles|modulus|elongation|strain|stress|melting point|boiling point|flash point|glass transition|"
     "expansion|shrinkage|permeability|wear|corrosion rate|throughput|period|cycle time|response time|settling "
     "time|start-up time|"
     "endurance|altitude|altitudes|emission|emissions|dose|dosage|energy|energies|pulse energy|duration|pulse duration|"
     "repetition rate|linewidth|rejection|isolation|dynamic range|frame rate|refresh rate|sampling rate|data rate|bit "
     "rate|"
     "false alarm rate|detection rate|recall|recognition rate|recognition accuracy|survival|survival "
     "rate|survivability|"
     "inhibition|availability|reliability|duty cycle|footprint|heat flux|flux|field|field strength|magnetic "
     "field|brightness|"
     "leakage|leak rate|vacuum|vibration|displacement|acceleration|shock|warranty|shelf "
     "life|half-life|storage|mtbf|lag|"
     "overpotential|overvoltage|open-circuit voltage|fill factor|quantum efficiency|coulombic efficiency|specific "
     "capacity|"
     "specific energy|specific power|areal capacity|current density|mobility|dislocation density|threshold|dark "
     "current|"
     "spot size|working distance|step size|backlash|runout|turnaround|downtime|uptime|fuel consumption|consumption "
     "rate|"
     "heating rate|cooling rate|growth rate|deposition rate|hit rate|success rate|failure rate|defect rate|scrap rate|"
     "error rate|bit error rate|packet loss|positioning error|positioning accuracy|ground sampling "
     "distance|swath|coverage|"
     "cycle life|cycle|cycles|tensile strength|compressive strength|yield strength|peel strength|shear strength|bond "
     "strength|"
     "impact strength|flexural strength|breakdown voltage|dielectric strength|surface area|particle size|molecular "
     "weight|"
     "sample volume|volume fraction|solids content|water content|fat "
     "content|salinity|turbidity|level|levels|output|input|"
     "noise figure|noise level|sound level|insertion loss|return "
     "loss|attenuation|crosstalk|jitter|clock|memory|storage capacity|"
     "compute|workload|savings|saving|reduction|increase|improvement|speedup|payback|footfall|uncertainty|drift|"
     "precision error|temperature range|wavelength range|frequency range|operating temperature|operating "
     "range|detection range|"
     "service life|power consumption|energy consumption|water consumption|heat capacity|thermal "
     "conductivity|refractive index|"
     "contact angle|bend radius|bending radius|sheet resistance|contact resistance|internal "
     "resistance|capacitance|inductance|"
     "charge time|charging time|run time|runtime|standby time|curing time|residence time|reaction time|processing time|"
     "inference time|scan time|acquisition time|warm-up time|lead time|delta-v|specific "
     "impulse|wingspan|span|draft|dimension|"
     "dimensions|aperture|quality|loading|recyclability|biodegradation|degradation rate|incorporation|purities|hold "
     "time|"
     "fouling|rejection rate|retention rate|salt "
     "rejection|solubility|swelling|elasticity|absorbance|fluence|irradiance|"
     "radiance|illumination|luminous "
     "efficacy|efficacy|potency|bioavailability|viability|germination|mortality|titer|titre|"
     "productivity|coverage rate|utilization "
     "rate|utilisation|fraction|stiffness|damping|bias|offset|ripple|droop|slope|throughputs|"
     "energy use|water use|temperature rise|temperature difference|temperature uniformity|temperature "
     "accuracy|temperature stability|temperature gradient|temperature drop|temperature "
     "resolution|head|homogeneity|grammage|opening|openings|mesh size|depth of field|depth resolution|range "
     "resolution|angular resolution|spatial resolution|temporal resolution|"
     "energy resolution|spectral resolution|pixel size|pixel pitch|feature size|node|hardness value|grain size|layer "
     "thickness|"
     "wall thickness|film thickness|coating thickness|dry weight|gross weight|operating pressure|operating "
     "voltage|frequency band"},
    /* better when lower, better when higher: for comparing plain values */
    {W(LOWER), "成本|单价|价格|售价|造价|能耗|电耗|水耗|油耗|煤耗|汽耗|气耗|功耗|消耗*|误差|偏差|噪声|噪音|损耗|损失*|"
               "延迟|时延|延时|重量|自重|质量|含水率|水分|杂质|残留|排放|检测限|检出限|"
               "定量限|误码率|丢包率|故障率|不良率|误报率|漏检率|误检率|漏报率|漏电流|内阻|粗糙度|磨损|收缩率|吸水率|"
               "失重|响应时间|启动时间|充电时间|温差|温升|波动|泄漏*|错误率|"
               "破损率|返修率|自放电|自放电率|变形量|脱落率|cost*|price*|consumption|error*|noise|loss*|latency|delay|"
               "weight|mass|impurit*|residue*|"
               "emission*|detection limit|limit of detection|leakage|resistance|roughness|wear|shrinkage|response "
               "time|charging time|drift|"
               "uncertainty|jitter|dark current|failure rate|defect "
               "rate|scrap*|downtime|footprint|deviation|fouling|crosstalk|haze"},
    {W(HIGHER),
     "能量密度|功率密度|效率|转换效率|强度|韧性|寿命|循环*|循环寿命|准确率|精确率|召回率|识别率|检出率|灵敏度|特异性|"
     "特异度|收率|得率|产率|产量|产能|转化率|选择性|去除率|回收率|利用率|"
     "合格率|良率|良品率|成品率|保持率|保留率|续航|里程|带宽|增益|透过率|透光率|纯度|速度|速率|算力|吞吐量|处理量|"
     "处理能力|伸长率|延伸率|导热系数|热导率|电导率|能效比|比容量|"
     "比功率|光效|信噪比|动态范围|容量|耐压|成功率|可靠性|可用性|抑制率|存活率|附着力|结合力|density|efficiency|"
     "strength|toughness|life|"
     "lifetime|lifespan|accuracy|precision|recall|sensitivity|specificity|yield|selectivity|conversion|removal|"
     "recovery|"
     "utilization|retention|capacity|bandwidth|gain|throughput|purity|conductivity|endurance|range|transmittance|"
     "transmission|reliability|availability|elongation|rejection|isolation|return "
     "loss|回波损耗|隔离度|抑制比|uptime|mobility|efficacy|viability"},
    /* a span of working conditions, which an offer has to cover whole */
    {W(SPAN), "温度|范围|量程|频段|波段|频率|工作|适用|测量|可调|调节|temperature*|range*|band|operating|tunable|"
              "adjustable|spectral|wavelength*"},
    /* numbers that are none of ours */
    {W(MARKET),
     "负债率|资产负债率|净利润率|授信|盈利|净资产|市场|份额|占有率|市占率|市占|股份|股权|持股|控股|出资|毛利|毛利率|"
     "利润率|净利率|净利|净利润|营收|营业额|销售|销售额|销售收入|销量|产值|出口|进口量|同比|环比|增速|"
     "年均|复合增长率|增长率|税率|利率|税|人口|本科|硕士|博士|学历|职称|从业|员工|人员|研发投入|研发经费|研发费用|"
     "占全国|占全球|占我国|占世界|占总|占公司|占企业|占比例|"
     "补贴|返利|折扣|gdp|市值|行业规模|市场规模|用户占|客户占|依存度|依赖度|依赖进口|渗透|得票|满意度|满意率|覆盖全国|"
     "就业|中标|股东|贡献率|融资|收益率|年化|"
     "market|market share|share of the market|revenue|revenues|sales|turnover|profit|profits|cagr|year-on-year|annual "
     "growth|"
     "shareholder*|equity|stake|ownership|employees|staff|workforce|interest rate|tax|taxes|population|of companies|of "
     "firms|"
     "of respondents|survey*|unemployment|dividend|exports|imports|gdp|investors|customers|of users|market "
     "penetration|market growth|"
     "of americans|of patients|of people|per annum growth|gross margin|profit margin|profit margins|margins|of "
     "consumers|of women|of men|of adults|of children|of households|"
     "of projects|of initiatives|of students|of voters|of employees|discount|royalt*|commission|recruit*"},
    {W(MONEY),
     "预算|投入|投资|资金|经费|注册资本|注册资金|营业额|营收|产值|收入|利润|销售|销售额|税收|利税|融资|贷款|资助|补助|"
     "补贴|奖励|悬赏|奖金|总额|合同额|合同|规模|市值|亏损|"
     "增加值|年产值|总投资|固定资产|资产|估值|订单|创汇|节约成本|节省成本|年节约|年节省|经济效益|效益|损失|每年药|费用|"
     "采购额|进口额|出口额|budget*|"
     "invest*|funding|funded|fund|grant|revenue*|sales|turnover|profit*|capital|valuation|award*|prize*|market|worth|"
     "loan|raise|"
     "raised|financ*|economic*|losses|spend*|spent|contract value|annual|annually|donat*|fee|fees|expenditure*"},
    {W(COST), "成本|单价|造价|售价|价格|价|原料成本|度电成本|生产成本|单位成本|制造成本|综合成本|运行成本|处理成本|"
              "运营成本|材料成本|bom|cost|costs|price|"
              "unit cost|unit price|manufacturing cost|production cost|cost of|priced|per-unit cost|levelized "
              "cost|bill of materials|costing"},
    {W(SAVED), "节约|节省|降低|减少|年节约|每年|一年|全年|saves|saving|savings|annual|annually|per year|each year"},
    {W(FLOOR),
     "占地|建筑面积|厂房|车间|办公|办公楼|场地|基地|园区|用地|仓库|研发中心|实验室面积|实验室|科研楼|土地|孵化|展厅|"
     "大楼|生产用房|建筑|耕地|种植面积|种植|温室面积|"
     "facility|facilities|factory|plant|plants|office|offices|laboratory|lab|warehouse|campus|building|buildings|floor|"
     "floor space|"
     "floor area|headquarters|workshop|site|house|houses|premises|showroom|greenhouse|farmland|square-foot|land"},
    {W(DIFFERENCE), "温差|温升|温度差|温度波动|波动|均匀性|均匀度|温度变化|控温精度|温控精度|测温精度|精度|误差|偏差|"
                    "温度稳定性|温度分辨率|降温幅度|升温幅度|过冷度|"
                    "过热度|温度梯度|温漂|变化率|降幅|升幅|低于室温|低于环境|高于室温|高于环境|温降|temperature "
                    "difference|temperature differences|"
                    "temperature rise|temperature gradient|temperature "
                    "stability|difference|differences|uniformity|accuracy|gradient|rise|"
                    "precision|drift|fluctuation*|deviation|temperature resolution|thermal "
                    "resolution|variation*|error|superheat|subcooling|"
                    "supercooling|hysteresis|cooler|warmer|lower than ambient|above ambient|below "
                    "ambient|colder|hotter|temperature drop|"
                    "netd|swing|over ambient|accurate|uncertainty|cooler than|warmer than|"
                    "colder than|hotter than|above room temperature|below room temperature"},
    {W(NATION),
     "我国|全国|全球|全世界|世界|人均|各国|全省|全市|行业年|我省|worldwide|globally|globe|nationwide|"
     "americans|u.s. population|global|world|countries|industry-wide|per capita|population|in china|in europe"},
    {W(COMPANY), "公司|企业|我司|我公司|本公司|集团|我厂|本厂|我们公司|厂区|某厂|该厂|某公司|工厂|我单位|本单位|配备|"
                 "购置|添置|基地|现有产能|已建成|现已建成|拥有|注册|成立|company|"
                 "corporation|corp.|inc.|founded|established|our plant|our factory|headquarter*|group|ltd"},
    {W(CAPACITY), "生产装置|生产线|装置|拟新建|扩建|年产|年产能|年产量|产能|年处理|年加工|年生产|日产|日产量|年销|"
                  "年销售|年出栏|产量|总产量|年产值|年用量|年需求|需求量|用量|年消耗|annual "
                  "capacity|annual production|annual output|produces annually|production of"},
    {W(EXPERIENCE),
     "经验|历史|成立|以来|从事|深耕|创办|近年|合作期|合同期|执行期|研发周期|项目周期|建设周期|建设期|实施期|研究期|"
     "任期|工龄|从业|项目期|完成期限|期限|交付|交货|供货|"
     "工期|验收|内响应|内到场|内到达|内回复|内答复|上门|赶到|车程|路程|通勤|签订|签约|考核期|客服|服务热线|响应服务|"
     "现场服务|年度|规划|计划|五年|工作制|上班|轮班|三班|值班|技术支持|experience|founded|founder*|history|"
     "established|years ago|year ago|past|last|decade*|agreement|contract|deadline|project duration|project period|ago|"
     "grant period|months ago|weeks ago|next|recent|working days|business days|since|fiscal|funding|phase|over the "
     "years|"
     "roadmap|program|programme|consortium|customer service|hotline|support team|call centre|call center|proposal"},
    {W(PEOPLE),
     "人|名|位|人员|员工|专家|教授|博士|硕士|people|employees|staff|engineers|researchers|workers|persons|students"},
    {W(RATIO_OF),
     "better than|lower than|higher than|less than|more than|smaller than|lighter than|faster than|cheaper "
     "than|greater than|larger than|longer than|shorter than|fewer than|of its|of their|of theoretical|of the "
     "theoretical|of initial|of its initial|of the initial|of original|of its "
     "original|of the original|"
     "of rated|of the rated|of nominal|of full scale|of full-scale|of the range|of reading|of the reading|of "
     "maximum|of the "
     "maximum|of capacity|of the capacity|of its capacity|of full load|of the energy|of the heat|of the water|of the "
     "power|"
     "of the light|of peak|of the peak|of target|of fs|of span|of particles|of bacteria|of the bacteria|of the co2|of "
     "co2|of "
     "water|of the pollutant*|of pollutant*|of all pathogens|of defects|of the material|of the lithium|of the "
     "signal|of incident|"
     "of the incident|of viruses|of the cells|of yield strength|of theoretical density|relative "
     "humidity|rh|humidity|of state "
     "of charge|state of charge|soc|depth of discharge|dod|duty cycle|confidence|purity|pure|by weight|by volume|by "
     "mass|by "
     "mole|by "
     "wt|w/w|v/v|aqueous|solution|ethanol|oxygen|nitrogen|hydrogen|co2|argon|methane|air|solids|strain|compression|"
     "elongation|rejection|reduction|increase|improvement|conversion|selectivity|efficiency|accuracy|yield|recovery|"
     "removal|"
     "savings|efficient|accurate|faster|lower|higher|less|more|better|smaller|lighter|greater|larger|longer|cheaper|"
     "fewer|slower|"
     "reliable|reliability|retention|degradation|loss|losses|transmission|transmittance|porosity|coverage|"
     "recyclable|recycled|biodegradable|sensitivity|specificity|recall|energy savings|weight reduction|mass reduction|"
     "cost reduction|moisture|water|content|killing|kill rate|stretch|overload|charge|loading|filler|fibre|fiber|glass|"
     "sulfuric|h2so4|nacl|hcl|stronger|thinner|shorter|cooler|gain|duty|dod|of the time|depth|of visible light|of "
     "light|of sunlight|of the visible|of the incoming|of solar|of "
     "glucose|乙醇|酒精|盐水|湿度|氧气|氮气|硫酸|盐酸|双氧水|负荷|载荷|应变|压缩|荷电|相对湿度|nacl|naoh|soc|dod|甲醇|"
     "硝酸|放电深度|戊二醛|的乙醇|的盐水|carbon dioxide|carbon monoxide|humid"},
    {W(BARE), "ph|ph值|ph 值|酸碱度|折射率|摩擦系数|介电常数|泊松比|f1|f1值|f1 "
              "score|f1-score|auc|auroc|dice|dice系数|dice score|iou|miou|map|map@0.5|r2|r²|"
              "相关系数|pue|cop|能效比|安全系数|长径比|强屈比|屈强比|压缩比|数值孔径|发射率|吸收比|功率因数|功率因数为|"
              "refractive index|friction coefficient|"
              "coefficient of friction|dielectric constant|poisson's ratio|relative "
              "permittivity|kappa|c-index|psnr|ssim|eer|bleu|"
              "numerical aperture|power factor|emissivity|compression ratio|aspect ratio|safety factor|correlation "
              "coefficient|eer|fid|"
              "品质因数|q值|q factor|quality factor|m2|光束质量|光束质量m2|wer|loss "
              "tangent|介电损耗|介电损耗角正切|tanδ|tan δ|分形维数|m²|zt|zt值|pdi|"
              "多分散系数|损耗因子|质量分数|摩尔比|质量比|体积比|固液比|液固比|浊度比|信噪比|snr|specific "
              "gravity|比重|相对密度|浓缩倍数|放大倍数|误码率|误比特率|误包率|bit error rate|ber|误警率|虚警率|false "
              "alarm rate|probability"},
    {W(EACH), "每分钟|每小时|每秒|每秒钟|每天|每日|每年|每月|每周|每昼夜|日产|年产|时产|日处理|年处理|日处理量|"
              "年处理量|小时处理量|日产量|年产量|每吨|每公斤|每平方米|每立方米|每百公里|每台|"
              "每件|每亩|每公里|每米|每毫升|每升|年产能|年生产能力|年处理能力|日处理能力|年加工能力|年加工量"},
    {W(LOAD), "load|loads|pressure|pressures|vacuum|voltage|illumination|irradiation|excitation|bias|uniaxial|"
              "compression|tension|stress|sunlight"},
    {W(PRECISION), "精度|误差|分辨率|分辨力|灵敏度|不确定度|平整度|平面度|粗糙度|公差|重复性|均匀性|稳定性|定位|检测限|"
                   "检出限|噪声|偏差|探测限|跳动|真空度|线宽|圆度|同轴度|直线度|垂直度|平行度|畸变|accuracy|precision|"
                   "error|resolution|uncertainty|repeatability|roughness|flatness|tolerance|stability|detection "
                   "limit|uniformity|noise|jitter|"
                   "timing|positioning|alignment|sensitivity|drift"},
    {W(ORDINAL),
     "phase|level|version|type|model|class|series|chapter|table|figure|fig.|fig|section|task|step|no.|revision|"
     "release|trl|landsat|sentinel|route|block|fiscal year|fy|page|pp.|iso|iec|astm|gb/t|gb|jis|mil-std|landsat|annex|"
     "article|clause|appendix|item|windows|python|patent|tel|phone|fax|batch|第|型号|标准|编号|专利号|电话|邮编|附录|"
     "条款|规程|规范|图|表|序号|项目号|热线|批号|"
     "合同号|文号|版本|手机|传真|门牌|号楼|楼"},
    {W(EFFECT), "去除|脱除|回收|吸收|反射|阻隔|杀灭|抑制|截留|透过|保留|转化|识别|检出|过滤|阻断|屏蔽|捕集|捕获|remov*|"
                "recover*|retain*|captur*|absorb*|reflect*|"
                "transmit*|block*|kill*|eliminat*|inactivat*|reject*|filter*|convert*|detect*|destroy*|extract*|"
                "separat*|preserv*|keep|keeps|keeping|"
                "maintain*|recycl*|degrad*|neutralis*|neutraliz*|scatter*|shield*|trap|traps|harvest*|harvests|lose|"
                "loses|losing|yield|yields|yielding"},
    {W(FINANCE), "营业额|净利|净利润|负债|授信|利润|盈利|销售额|销售收入|营收|利税|turnover|revenue|revenues|sales|"
                 "profit|profits|dividend|shareholders|earnings"},
    {W(PLACE), "机场|火车站|高铁站|市区|市中心|高速|园区|地铁|港口|城区|县城|airport|city centre|city "
               "center|downtown|motorway|highway exit|railway station"},
    {W(STEEL), "钢|不锈|不锈钢|牌号|材质|合金|steel|steels|stainless|alloy|alloys"},
    {W(SHARE), "占|占据|占到|占了|占有|约占|accounts for|account for|accounting for|makes up|make "
               "up|comprises|constitutes|represents"},
    {W(AROUND_THE_CLOCK),
     "全天候|不间断|值守|在线|监控|无人|服务|客服|响应|智能化|自动|全自动|全智能|全程|营业|around the clock|support"},
    {W(GRANT), "专利|论文|软著|人数|件数|篇数|项数|人才|家数|场次|获奖|著作权|企业数|员工数|客户数|门店|网点|patents|"
               "papers|publications"},
    {W(PER), "per|each|apiece|every|每"},
    {W(RESULT), "到|至|to|为|成"},
    {W(MORE), "多|余|来|几|好几"},
};

bool
qiaoi_grammar_add(qiao_units *units, const char *words, uint64_t classes, uint64_t near)
{
    while (*words != '\0') {
        size_t n = strcspn(words, "|");
        bool stem = n > 1 && words[n - 1] == '*';

        if (!qiaoi_grow(&units->lexemes, units->lexeme_count, &units->lexeme_capacity, sizeof *units->lexemes))
            return false;
        units->lexemes[units->lexeme_count] = (qiaoi_lexeme){.words = classes, .near = near, .stem = stem};
        if (!qiaoi_spellings_add(&units->grammar, words, n - (stem ? 1 : 0), true, (uint32_t)units->lexeme_count++))
            return false;
        words += n;
        if (*words == '|')
            words++;
    }
    return true;
}

/* English names of properties with their plural. */
static bool
add_plurals(qiao_units *units, const char *words)
{
    char plural[64];

    while (*words != '\0') {
        size_t n = strcspn(words, "|");

        if (n > 3 && n < sizeof plural - 4 && (unsigned char)words[0] < 0x80 && words[n - 1] != 's' &&
            words[n - 1] != '*') {
            bool ies = words[n - 1] == 'y' && strchr("aeiou", words[n - 2]) == NULL;

            memcpy(plural, words, n);
            memcpy(plural + n - (ies ? 1 : 0), ies ? "ies" : "s", ies ? 4 : 2);
            if (!qiaoi_grammar_add(units, plural, QIAOI_W(HEAD), 0))
                return false;
        }
        words += n + (words[n] == '|' ? 1 : 0);
    }
    return true;
}

qiao_status
qiaoi_grammar_load(qiao_units *units, qiao_error *err)
{
    for (size_t i = 0; i < sizeof table / sizeof table[0]; i++) {
        if (!qiaoi_grammar_add(units, table[i].words, table[i].classes, 0) ||
            (table[i].classes == W(HEAD) && !add_plurals(units, table[i].words)))
            return qiao_fail_memory(err);
    }
    return QIAO_OK;
}
