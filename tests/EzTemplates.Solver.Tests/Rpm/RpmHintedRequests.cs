using System.Text.RegularExpressions;
using EzTemplates.Domain;
using EzTemplates.Testing;

namespace EzTemplates.Solver.Tests;

/// <summary>Carries out what hints say: each request that must then have a solution.</summary>
internal static partial class RpmHintedRequests
{
    public static IEnumerable<RpmRequest> Of(RpmUniverse universe, RpmRequest request, string hint)
    {
        if (hint.StartsWith("leave out ", StringComparison.Ordinal))
        {
            return LeftOut(request, hint);
        }

        if (hint.Contains("`ez update ", StringComparison.Ordinal))
        {
            return [request with { Fixed = [], Preferred = [], Install = [.. request.Install, .. request.Fixed.Select(p => Root(universe, p))] }];
        }

        var ways = hint.Split("; or ").Select(way => Change().Match(way)).ToList();
        return ways.TrueForAll(w => w.Success) ? ways.Select(w => Changed(request, w)) : throw new ArgumentException($"an unknown hint: {hint}");
    }

    /// <summary>Whether each of them has a solution that is one by rpm's rules; so that a hint is not judged by who gave it.</summary>
    public static bool Help(RpmUniverse universe, RpmRequest request, string hint, CancellationToken cancellation)
    {
        foreach (var changed in Of(universe, request, hint))
        {
            if (RpmSolver.Solve(universe, changed, cancellation) is not SolveResult.Solution solution)
            {
                return false;
            }

            var rules = new RpmRules(universe, [.. solution.Packages.Select(p => p.Package), .. changed.Fixed]);
            if (rules.Problems().Count > 0 || changed.Install.Any(r => !rules.Has(r.Name)))
            {
                return false;
            }
        }

        return true;
    }

    private static IEnumerable<RpmRequest> LeftOut(RpmRequest request, string hint)
    {
        var match = LeaveOut().Match(hint);
        var named = match.Success ? match.Groups["name"].Captures.Select(c => c.Value).ToList() : throw new ArgumentException($"an unknown hint: {hint}");
        if (!named.TrueForAll(name => request.Install.Any(r => r.ToString() == name)))
        {
            throw new ArgumentException($"what nobody asked for: {hint}");
        }

        IEnumerable<List<string>> ways = match.Groups["and"].Success ? [named] : named.Select(name => new List<string> { name });
        return ways.Select(way => request with { Install = request.Install.RemoveAll(r => way.Contains(r.ToString())) });
    }

    private static RpmRequest Changed(RpmRequest request, Match change)
    {
        var (name, other) = (change.Groups["name"].Value, change.Groups["other"].Value);
        return change.Groups["act"].Value switch
        {
            "remove" => request with { Exclude = request.Exclude.RemoveAll(e => e == name) },
            "enable" => request with { Modules = request.Modules.Add(name) },
            "put" => request with { Modules = request.Modules.Remove(other).Add(name) },
            "lift" when change.Groups["pin"].Success => request with { Pins = request.Pins.RemoveAll(p => p.Package == name && p.Priority <= 0) },
            _ => request with { Holds = request.Holds.RemoveAll(h => h.Package == name) },
        };
    }

    private static PackageRequest Root(RpmUniverse universe, PackageId package) =>
        new(universe.Text(universe.Names[package.Value]), Architecture: universe.Text(universe.Architectures[package.Value]) is var a && a == "noarch" ? "" : a);

    [GeneratedRegex("^(?<act>remove) `(?<name>[^`]+)` from `exclude`|^(?<act>enable) `(?<name>[^`]+)` under `modules`$"
        + "|^(?<act>put) `(?<name>[^`]+)` in the place of `(?<other>[^`]+)` under `modules`$|^(?<act>lift)(?: or change)? the (?:hold|(?<pin>pin)) on `(?<name>[^`]+)`$")]
    private static partial Regex Change();

    [GeneratedRegex("^leave out `(?<name>[^`]+)`(?:(?:(?<and> and )| or )`(?<name>[^`]+)`)*(?:, or add a repository that has .*)?$")]
    private static partial Regex LeaveOut();
}
