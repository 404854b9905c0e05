using System.Collections.Immutable;
using EzTemplates.Domain;
using EzTemplates.Testing;
using Xunit;

namespace EzTemplates.Solver.Tests;

/// <summary>Each set that is not dnf's differs by a rule that has a name.</summary>
public sealed class DnfDifferenceTests(RpmConformanceData data) : IClassFixture<RpmConformanceData>
{
    public static TheoryData<string> Names => [.. DnfDifferences.All.Keys];

    [Theory]
    [MemberData(nameof(Names))]
    public void Both_answers_are_valid_and_ours_is_by_the_rule(string name)
    {
        var (scenario, theirs) = DnfDifferences.All[name];
        var rpms = new RpmText(scenario.Universe);
        var request = RpmRequestText.Read(scenario.Request, rpms.Universe, rpms.Request());
        var shown = rpms.Show(RpmSolver.Solve(rpms.Universe, request, TestContext.Current.CancellationToken)).Split(' ');
        Assert.Equal(scenario.Expected.Split(' ').Order(StringComparer.Ordinal), shown.Order(StringComparer.Ordinal));
        var rules = new RpmRules(rpms.Universe, Enumerable.Range(0, rpms.Universe.PackageCount).Select(i => new PackageId(i)).Where(p => theirs.Split(' ').Contains(rpms.Show(p))));
        Assert.Empty(rules.Problems());
        Assert.All(request.Install, r => Assert.True(rules.Has(r.Name)));
    }

    [Fact]
    public void Every_row_that_differs_does_so_by_a_rule_that_has_a_name()
    {
        var ids = Enumerable.Range(0, data.Universe.PackageCount).Select(i => new PackageId(i)).ToDictionary(data.Describe);
        var counts = new SortedDictionary<string, int>(StringComparer.Ordinal);
        var unexplained = new List<string>();
        var rows = data.Rows.Where(r => r.IsSolvable).ToList();
        foreach (var row in rows)
        {
            var ours = Solve(row.On(data.Universe));
            var theirs = row.Install.Select(name => ids[name]).ToHashSet();
            var by = ours.SetEquals(theirs) ? "none" : RuleOf(row, ours, theirs);
            unexplained.AddRange(by is null ? [$"{row.Id}: {string.Join(' ', row.Packages)}"] : []);
            counts[by ?? ""] = counts.GetValueOrDefault(by ?? "") + 1;
        }

        TestNotes.Write(string.Join("; ", counts.Select(c => $"{c.Key}: {c.Value}")));
        Assert.Empty(unexplained);

        // The promise is that at least 95 % of the sets are the same, so that what is explained is the exception.
        Assert.True(counts["none"] * 100 >= rows.Count * 95);
    }

    /// <summary>The rules that take our set to theirs, in that order; null where they do not.</summary>
    private string? RuleOf(RpmConformanceRow row, HashSet<PackageId> ours, HashSet<PackageId> theirs)
    {
        // As if what dnf chose stood in a lock: choices are the same then, and what is still different is none.
        var chosenAlike = Solve(row.On(data.Universe) with { Preferred = [.. theirs] });
        var isByName = !chosenAlike.SetEquals(ours);
        if (isByName && !IsOrByName(ours, chosenAlike))
        {
            return null;
        }

        // Something of theirs is needed by none of the rest.
        var rules = new RpmRules(data.Universe, chosenAlike);
        var isKept = chosenAlike.IsProperSubsetOf(theirs) && rules.Problems().Count == 0 && row.Packages.All(rules.Has);
        return !isKept && !chosenAlike.SetEquals(theirs) ? null
            : (isByName, isKept) switch
            {
                (true, true) => $"{DnfDifferences.OrByName}, and {DnfDifferences.NothingKept}",
                (true, false) => DnfDifferences.OrByName,
                _ => DnfDifferences.NothingKept,
            };
    }

    /// <summary>A package of both sets has an or that each meets by another package, theirs being first by name and not by operand.</summary>
    private bool IsOrByName(HashSet<PackageId> ours, HashSet<PackageId> theirs)
    {
        var (our, their) = (new RpmRules(data.Universe, ours), new RpmRules(data.Universe, theirs));
        string Name(PackageId package) => data.Universe.Text(data.Universe.Names[package.Value]);
        foreach (var term in ours.Intersect(theirs).SelectMany(p => data.Universe.Dependencies(p).ToArray()).Select(d => d.Term).Where(IsPlainOr))
        {
            var (mine, other) = (our.Meeting(term).Select(Name).Min(StringComparer.Ordinal), their.Meeting(term).Select(Name).Min(StringComparer.Ordinal));
            if (mine is not null && other is not null && string.CompareOrdinal(other, mine) < 0 && Operand(their, term) > Operand(our, term))
            {
                return true;
            }
        }

        return false;
    }

    private bool IsPlainOr(RpmTerm term) =>
        term.Operator == RpmOperator.Or && Array.TrueForAll(data.Universe.Operands(term).ToArray(), o => o.Operator == RpmOperator.Relation);

    /// <summary>The first operand that the set meets.</summary>
    private int Operand(RpmRules rules, RpmTerm term) => Array.FindIndex(data.Universe.Operands(term).ToArray(), rules.Holds);

    private HashSet<PackageId> Solve(RpmRequest request) =>
        [.. Assert.IsType<SolveResult.Solution>(RpmSolver.Solve(data.Universe, request, TestContext.Current.CancellationToken)).Packages.Select(p => p.Package)];
}
