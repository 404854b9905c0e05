namespace EzTemplates.Conformance;

/// <summary>Counts what agrees and lists what does not.</summary>
internal sealed class Tally(TextWriter output)
{
    public int Agree { get; private set; }

    public int Disagree { get; private set; }

    /// <param name="problem">What is wrong, or null.</param>
    public void Count(string? problem)
    {
        if (problem is null)
        {
            Agree++;
            return;
        }

        Disagree++;
        output.WriteLine(problem);
    }

    /// <summary>A line that counts nothing.</summary>
    public void Note(string line) => output.WriteLine(line);

    /// <returns>The exit status: 1 too when nothing was compared, since that proves nothing.</returns>
    public int Conclude()
    {
        output.WriteLine($"{Agree} agree, {Disagree} disagree");
        return Disagree == 0 && Agree > 0 ? 0 : 1;
    }
}
