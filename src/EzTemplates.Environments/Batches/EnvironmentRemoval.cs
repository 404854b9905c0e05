using EzTemplates.Domain;

namespace EzTemplates.Environments;

/// <summary>What the removal of an environment came to.</summary>
/// <param name="From">What it mapped to; null where that is not known.</param>
public sealed record RemovalOutcome(EnvironmentName Environment, Mapping? From, EzException? Failure);

/// <summary>Removals of several environments, step by step for all of them.</summary>
internal sealed class EnvironmentRemoval(EnvironmentStore environments, UnfinishedEnvironments unfinished)
{
    /// <summary>Those that are busy are waited for, if they are to be, one after another when the others are done.</summary>
    public IReadOnlyList<RemovalOutcome> Run(IReadOnlyList<EnvironmentName> names, WhenBusy whenBusy)
    {
        environments.Recover();
        var outcomes = new Dictionary<EnvironmentName, RemovalOutcome>();
        foreach (var some in names.Order().Chunk(BatchMember.Most))
        {
            RemoveSome(some, names.Count == 1 ? whenBusy : WhenBusy.Fail, outcomes);
        }

        if (whenBusy == WhenBusy.Wait)
        {
            foreach (var busy in outcomes.Values.Where(outcome => outcome.Failure is BusyEnvironmentException).Select(outcome => outcome.Environment).Order().ToList())
            {
                RemoveSome([busy], whenBusy, outcomes);
            }
        }

        return [.. names.Select(name => outcomes[name])];
    }

    private void RemoveSome(EnvironmentName[] names, WhenBusy whenBusy, Dictionary<EnvironmentName, RemovalOutcome> outcomes)
    {
        var members = names.Select(name => new RemovalMember(name)).ToList();
        try
        {
            members.Each(member => member.Lock = environments.TakeExclusively(member.Name, whenBusy));
            members.Each(member => member.From = environments.ReadHistory(member.Name)[^1].To);
            new BatchViews(environments).Unmount(members, whenBusy);
            members.Together(unfinished.Retire);
        }
        finally
        {
            members.DisposeAll();
        }

        members.ForEach(member => outcomes[member.Name] = new RemovalOutcome(member.Name, member.From, member.Failure));
    }

    private sealed class RemovalMember(EnvironmentName name) : BatchMember(name)
    {
        public Mapping? From { get; set; }
    }
}
