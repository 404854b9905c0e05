using System.Diagnostics;
using System.Globalization;

namespace EzTemplates.Conformance;

/// <summary>Milliseconds of each row's solve.</summary>
internal sealed class Timing
{
    private readonly List<(double Milliseconds, string Id)> _rows = [];

    public T Measure<T>(string id, Func<T> act, out double milliseconds)
    {
        var start = Stopwatch.GetTimestamp();
        var result = act();
        milliseconds = Stopwatch.GetElapsedTime(start).TotalMilliseconds;
        _rows.Add((milliseconds, id));
        return result;
    }

    public override string ToString()
    {
        if (_rows.Count == 0)
        {
            return "nothing solved";
        }

        var ordered = _rows.Order().ToList();
        return string.Create(
            CultureInfo.InvariantCulture,
            $"{_rows.Count} solved in {_rows.Sum(r => r.Milliseconds):F0} ms, median {ordered[_rows.Count / 2].Milliseconds:F2} ms, slowest {ordered[^1].Milliseconds:F1} ms (`{ordered[^1].Id}`)");
    }
}
