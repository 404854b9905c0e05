using System.Collections.Immutable;

namespace EzTemplates.Solver;

/// <summary>Explains why a package is in a solution or a lock, from the reasons that the solver gave.</summary>
public static class Why
{
    /// <summary>
    /// The shortest chain from a root to the package: <c>["nginx", "nginx-common", "lsb-base"]</c>. Reasons name the first requirer
    /// in breadth-first order, so following them back is the shortest way.
    /// </summary>
    /// <param name="rows">Every package's name and reason.</param>
    /// <returns>Null where no row has the name.</returns>
    public static WhyChain? Chain(IEnumerable<KeyValuePair<string, string>> rows, string package)
    {
        ArgumentNullException.ThrowIfNull(rows);
        var reasons = new Dictionary<string, string>(StringComparer.Ordinal);
        foreach (var (name, reason) in rows)
        {
            _ = reasons.TryAdd(name, reason);
        }

        if (!reasons.ContainsKey(package))
        {
            return null;
        }

        var chain = new List<string> { package };
        var current = package;
        while (reasons.TryGetValue(current, out var reason) && reasons.ContainsKey(reason) && chain.Count <= reasons.Count)
        {
            chain.Add(reason);
            current = reason;
        }

        chain.Reverse();
        return new WhyChain(reasons[current], [.. chain]);
    }
}

/// <param name="Cause">Why the first of the names is there: <c>root</c> or <c>essential</c>.</param>
/// <param name="Names">From the root to the package that was asked about.</param>
public sealed record WhyChain(string Cause, ImmutableArray<string> Names);
