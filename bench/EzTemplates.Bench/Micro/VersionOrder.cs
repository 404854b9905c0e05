using System.Text;
using BenchmarkDotNet.Attributes;
using EzTemplates.Domain;

namespace EzTemplates.Bench.Micro;

/// <summary>One comparison of Debian versions, of the kinds that an archive has.</summary>
[MemoryDiagnoser]
public class VersionOrder
{
    private byte[] _left = [];
    private byte[] _right = [];

    [Params("1.0-1 1.0-2", "1:2.36-9+deb12u10 1:2.36-9+deb12u9", "20230311+deb12u1~bpo11+1 20230311+deb12u1")]
    public string Pair { get; set; } = "";

    [GlobalSetup]
    public void Setup()
    {
        var words = Pair.Split(' ');
        (_left, _right) = (Encoding.ASCII.GetBytes(words[0]), Encoding.ASCII.GetBytes(words[1]));
    }

    [Benchmark]
    public int Compare() => DebVersionOrder.Compare(_left, _right);
}
