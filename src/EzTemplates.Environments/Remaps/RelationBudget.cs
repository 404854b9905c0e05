using System.Collections.Immutable;
using System.Text;
using EzTemplates.Domain;
using EzTemplates.Domain.Merging;

namespace EzTemplates.Environments;

/// <summary>
/// What it may take to judge the relations of one environment's packages: anybody inside may have written them, and a small file may have
/// some of which each is compared with each.
/// </summary>
/// <param name="cancellation">Of the command; an end that the user asks for ends the judging, too.</param>
internal sealed class RelationBudget(CancellationToken cancellation)
{
    /// <summary>In steps, of which 5,000 packages of a desktop take less than a tenth; a few seconds of one core, and some 100 MB for what is broken.</summary>
    public const long Most = 50_000_000;

    private const int BytesOfStep = 32;
    private const int StepsOfBroken = 60;
    private const int MostTold = 20;
    private const long StepsAtOnce = 1 << 16;

    private long _nextLook;

    /// <summary>Steps taken so far.</summary>
    public long Spent { get; private set; }

    /// <summary>What a look came to: the first conflicts, and how many more there are; one that says so where the relations took too much.</summary>
    public static ImmutableArray<MergeConflict> Told(Func<IEnumerable<MergeConflict>> look)
    {
        try
        {
            var (told, more) = (ImmutableArray.CreateBuilder<MergeConflict>(), 0);
            foreach (var conflict in look())
            {
                if (told.Count < MostTold)
                {
                    told.Add(conflict);
                }
                else
                {
                    more++;
                }
            }

            return more == 0 ? told.DrainToImmutable() : [.. told, new MergeConflict($"{more} more relations of its packages do not hold")];
        }
        catch (TooManyRelationsException)
        {
            return [new MergeConflict("its packages have more relations than can be judged: more than any system's of real packages")];
        }
    }

    /// <summary>A comparison, or a look at a relation.</summary>
    /// <param name="bytes">Of the texts that it reads; each of a few bytes: 0.</param>
    public void Spend(long bytes = 0) => Take(1 + (bytes / BytesOfStep));

    /// <summary>A broken relation is kept until it is known which are new.</summary>
    /// <param name="characters">Of its texts.</param>
    public void SpendOnBroken(long characters) => Take(StepsOfBroken + characters);

    private void Take(long steps)
    {
        Spent += steps;
        if (Spent > Most)
        {
            throw new TooManyRelationsException();
        }

        if (Spent >= _nextLook)
        {
            cancellation.ThrowIfCancellationRequested();
            _nextLook = Spent + StepsAtOnce;
        }
    }

    /// <summary>Caught in <see cref="Told"/>.</summary>
    private sealed class TooManyRelationsException : Exception;
}

/// <summary>What a package says of itself, as a person may be told it: anybody may have written it.</summary>
internal static class ToldText
{
    private const int Longest = 200;

    /// <param name="latin1">Bytes as chars.</param>
    public static string Of(string latin1) => Cut(TreePath.Display(latin1.Length > 4 * Longest ? latin1[..(4 * Longest)] : latin1));

    /// <summary>Of text that may have such words in it.</summary>
    public static string OfText(string text) => Of(Encoding.Latin1.GetString(Encoding.UTF8.GetBytes(text)));

    private static string Cut(string text) => text.Length <= Longest ? text : text[..Longest] + "...";
}
