using System.Text.RegularExpressions;
using EzTemplates.Domain;

namespace EzTemplates.Solver.Tests;

/// <summary>Carries out what hints say: each request that must then have a solution.</summary>
internal static partial class HintedRequests
{
    public static IEnumerable<DebRequest> Of(PackageUniverse universe, DebRequest request, Conflict conflict)
    {
        if (conflict.Hint is not { } hint)
        {
            return [];
        }

        if (Named().Match(hint) is { Success: true } named)
        {
            var name = named.Groups[2].Value;
            return
            [
                named.Groups[1].Value switch
                {
                    "remove" => request with { Exclude = request.Exclude.Remove(name) },
                    "lift the hold on" or "lift or change the hold on" => request with { Holds = request.Holds.RemoveAll(h => h.Package == name) },
                    _ => request with { Pins = request.Pins.RemoveAll(p => p.Package == name && p.Priority <= 0) },
                },
            ];
        }

        if (hint.Contains("ez update", StringComparison.Ordinal))
        {
            return [request with { Fixed = [], Preferred = [], Install = [.. request.Install, .. request.Fixed.Select(p => Root(universe, p))] }];
        }

        var match = LeaveOut().Match(hint);
        if (!match.Success)
        {
            throw new ArgumentException($"an unknown hint: {hint}");
        }

        var left = match.Groups["name"].Captures.Select(c => c.Value).ToList();
        return match.Groups["and"].Success
            ? [request with { Install = request.Install.RemoveAll(r => left.Contains(r.ToString())) }]
            : left.Select(name => request with { Install = request.Install.RemoveAll(r => r.ToString() == name) });
    }

    private static PackageRequest Root(PackageUniverse universe, PackageId package) =>
        new(universe.Text(universe.Names[package.Value]), Architecture: universe.Text(universe.Architectures[package.Value]) is var a && a == "all" ? "" : a);

    [GeneratedRegex("^(remove|lift the hold on|lift or change the hold on|lift the pin on) `([^`]+)`")]
    private static partial Regex Named();

    [GeneratedRegex("^leave out `(?<name>[^`]+)`(?:(?:(?<and> and )| or )`(?<name>[^`]+)`)*(?:, or add a repository that has .*)?$")]
    private static partial Regex LeaveOut();
}
