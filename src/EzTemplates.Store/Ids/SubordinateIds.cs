using System.Collections.Immutable;
using System.Globalization;
using EzTemplates.Store.Native;

namespace EzTemplates.Store;

/// <summary>The ranges that /etc gives to a user.</summary>
public static class SubordinateIds
{
    private const int IdsOfASystem = 65536;

    /// <summary>Setuid-root programs that map them (newuidmap(1)).</summary>
    public static ImmutableArray<string> Tools { get; } = ["newuidmap", "newgidmap"];

    public static bool CanBeMapped => Tools.All(tool => HostTool.Find(tool) is not null);

    /// <summary>The largest range of this process's user, cut to what a system needs; null where none is large enough for nobody's 65534.</summary>
    public static IdRange? Find(string file)
    {
        IdRange? largest = null;
        foreach (var range in Granted(file).Where(range => range.Count > (largest?.Count ?? 0)))
        {
            largest = range;
        }

        return largest is { Count: >= IdsOfASystem - 1 } enough ? enough with { Count = Math.Min(enough.Count, IdsOfASystem) } : null;
    }

    /// <summary>Whether a range is still the user's.</summary>
    public static bool Includes(string file, IdRange range) =>
        Granted(file).Any(granted => granted.First <= range.First && (ulong)granted.First + granted.Count >= (ulong)range.First + range.Count);

    /// <summary>Lines of <c>NAME:FIRST:COUNT</c> or <c>UID:FIRST:COUNT</c>.</summary>
    private static IEnumerable<IdRange> Granted(string file)
    {
        var uid = Libc.EffectiveUserId.ToString(CultureInfo.InvariantCulture);
        foreach (var line in File.Exists(file) ? File.ReadAllLines(file) : [])
        {
            if (line.Split(':') is [var who, var first, var count] && (who == uid || who == Environment.UserName)
                && uint.TryParse(first, NumberStyles.None, CultureInfo.InvariantCulture, out var from)
                && uint.TryParse(count, NumberStyles.None, CultureInfo.InvariantCulture, out var number))
            {
                yield return new IdRange(from, number);
            }
        }
    }
}
